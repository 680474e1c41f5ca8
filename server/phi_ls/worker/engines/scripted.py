"""An engine that plays back text: the whole product runs on it without a model, and fails on it where a test wants.

What it says and how slowly is a script (`script.py`). Tokens are words; ids are handed out on first sight, so nothing
in the text is lost.
"""

from __future__ import annotations

import math
import os
import re
import signal
import threading
import time
from typing import TYPE_CHECKING

import numpy as np

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.worker.engines.script import CRASH, HANG, KILL, Script
from phi_ls.worker.parts import encode_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from phi_ls.wire import Load, Part

_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
_END = "<|end|>"
_VOCABULARY = 1 << 16
_STEP_SECONDS = 0.005
_SEQUENCES = 4


def load(request: Load) -> Scripted:
    """The engine with the script of file `request.model`, or the built-in one for "". Raises `LoadFailed`."""
    script = Script.read(request.model)
    time.sleep(script.load_ms / 1000)
    _act(script.load_fails, LoadFailed)
    return Scripted(script, min(request.context_tokens, script.context_tokens))


class Scripted:
    """One script and the tokens that were fed to it, in sequences."""

    name = "scripted"
    version = "1"
    system = ""
    vocabulary = _VOCABULARY
    sequences = _SEQUENCES
    scores_all = False

    def __init__(self, script: Script, context_tokens: int) -> None:
        self.context_tokens = context_tokens
        self.cells = context_tokens * _SEQUENCES
        self._script = script
        self._words = _Words()
        end = self._words.control(_END)
        self.end_tokens = frozenset([end])
        self._end = end
        self._prompt: list[int] = []
        self._token_ms = script.token_ms
        self._sequences: list[list[int]] = [[] for _ in range(_SEQUENCES)]
        self._fed = self._sequences[0]
        self._interrupted = threading.Event()

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt, which is the one that the next answer is for."""
        self._prompt = encode_parts(self._words, parts)
        slowness = self._script.rule_for(self._words.spell(self._prompt)).token_ms
        self._token_ms = self._script.token_ms if slowness is None else slowness
        return list(self._prompt)

    def piece(self, token: int) -> bytes:
        """The bytes of a word."""
        return self._words.piece(token)

    def select(self, sequence: int) -> None:
        """Go on with the tokens of another sequence."""
        self._fed = self._sequences[sequence]

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        del self._fed[length:]

    def feed(self, tokens: Sequence[int]) -> bool:
        """Take tokens as slowly as the script says, in short sleeps that an interruption ends."""
        prefills = len(self._fed) < len(self._prompt)
        ms = self._script.prefill_ms_per_token * len(tokens) if prefills else self._token_ms
        until = time.monotonic() + ms / 1000
        while (left := until - time.monotonic()) > 0:
            if self._interrupted.wait(min(left, _STEP_SECONDS)):
                return False
        if self._interrupted.is_set():
            return False
        self._fed.extend(tokens)
        return True

    def logits(self) -> npt.NDArray[np.float32]:
        """Scores by which the next word of the answer comes out, with the script's probability."""
        rule = self._script.rule_for(self._words.spell(self._prompt))
        said = len(self._fed) - len(self._prompt)
        if said < 0:
            # The end of the prompt was taken back; it is what this engine would have said.
            return self._scores(self._prompt[said], -0.1)
        if said >= rule.after:
            _act(rule.fails, GenerationFailed)
        answer = self._words.encode_text(rule.text, begins=True)
        token = answer[said] if said < len(answer) else self._end
        return self._scores(token, rule.logprob)

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """Its scores belong to a prompt and an answer, not to any tokens."""
        raise GenerationFailed("the scripted engine has no scores for guessed tokens")

    def save(self, most_bytes: int) -> bytearray | None:
        """There is no state to give away."""
        return None

    def restore(self, state: bytearray) -> bool:
        """Nothing is ever saved."""
        self.rewind(0)
        return False

    def interrupt(self, wanted: bool) -> None:
        """End the sleep of a running `feed`."""
        if wanted:
            self._interrupted.set()
        else:
            self._interrupted.clear()

    def close(self) -> None:
        """Nothing is held."""

    def _scores(self, token: int, logprob: float) -> npt.NDArray[np.float32]:
        others = math.log(max(-math.expm1(logprob), 1e-30) / (_VOCABULARY - 1))
        scores = np.full(_VOCABULARY, others, np.float32)
        scores[token] = logprob
        return scores


class _Words:
    """Words and control tokens, numbered as they are first seen."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, bool], int] = {}
        self._texts: list[tuple[str, bool]] = []

    def control(self, token: str) -> int:
        return self._id(token, control=True)

    def swallows_space(self, control: int) -> bool:
        return False

    def encode_text(self, text: str, *, begins: bool) -> list[int]:
        return [self._id(word, control=False) for word in _WORD.findall(text)]

    def piece(self, token: int) -> bytes:
        text, control = self._texts[token] if token < len(self._texts) else ("", True)
        return b"" if control else text.encode()

    def spell(self, tokens: Sequence[int]) -> str:
        return "".join(self._texts[token][0] for token in tokens)

    def _id(self, text: str, *, control: bool) -> int:
        key = text, control
        if key not in self._ids:
            if len(self._texts) == _VOCABULARY:
                raise GenerationFailed(f"the scripted engine knows {_VOCABULARY} words, all handed out; restart it")
            self._ids[key] = len(self._texts)
            self._texts.append(key)
        return self._ids[key]


def _act(fails: str | None, error: type[GenerationFailed | LoadFailed]) -> None:
    """Fail as a script wants: end the process, stop for good, or raise `error` with the script's message."""
    if fails == KILL and hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    if fails in (CRASH, KILL):
        os.abort()
    while fails == HANG:
        time.sleep(60)
    if fails is not None:
        raise error(fails)
