"""Token healing: a prompt that ends inside a word ends with tokens that the model never saw there.

The last tokens are taken back, and the first new ones must spell their text again before they may go on. The text
before the cursor stays as it is, byte for byte.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from phi_ls.wire import Text
from phi_ls.worker.choice import best
from phi_ls.worker.decoder import well_formed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from phi_ls.wire import Part

MOST_TAKEN_BACK = 3
"""Each token that is taken back and comes again costs one step of the engine."""


class TakenBack(NamedTuple):
    """The last tokens of a prompt and their text."""

    tokens: tuple[int, ...]
    text: bytes


def take_back(piece: Callable[[int], bytes], parts: Sequence[Part], prompt: Sequence[int]) -> TakenBack:
    """The tokens at the end of `prompt` that hold the word, or the blanks, with which its last text ends.

    None are taken back where the text ends otherwise, nor across the beginning of that text.
    """
    written = _last_text(parts)
    tokens: list[int] = []
    text = b""
    while len(tokens) < min(MOST_TAKEN_BACK, len(prompt) - 1) and _goes_on(written[: len(written) - len(text)], text):
        token = prompt[-1 - len(tokens)]
        longer = piece(token) + text
        if longer == text or not written.endswith(longer):
            break
        tokens.insert(0, token)
        text = longer
    return TakenBack(tuple(tokens), text)


def _last_text(parts: Sequence[Part]) -> bytes:
    """The text at the end of a prompt that is encoded in one piece."""
    text = ""
    for part in reversed(parts):
        if not isinstance(part, Text):
            break
        text = part.text + text
        if part.border:
            break
    return well_formed(text).encode()


def _goes_on(before: bytes, taken: bytes) -> bool:
    """Whether what was `taken` so far is not yet the whole word, or all the blanks, at the end."""
    if not taken:
        return _in_word(before[-1:]) or _blank(before[-1:])
    first, last = taken[:1], before[-1:]
    return (_in_word(first) and _in_word(last)) or (_blank(first) and _blank(last))


def _blank(byte: bytes) -> bool:
    return byte in (b" ", b"\t")


def _in_word(byte: bytes) -> bool:
    # Every byte of a character outside ASCII counts as one of a word.
    return byte.isalnum() or byte == b"_" or byte >= b"\x80"


class Pieces:
    """The bytes of all tokens, in order, so that those that begin alike stand together. Made at the first question."""

    def __init__(self, piece: Callable[[int], bytes], vocabulary: int) -> None:
        self._piece = piece
        self._vocabulary = vocabulary
        self._known: dict[int, bytes] = {}

    def of(self, token: int) -> bytes:
        """The bytes of one token."""
        text = self._known.get(token)
        if text is None:
            text = self._known[token] = self._piece(token)
        return text

    def beginning_with(self, text: bytes) -> npt.NDArray[np.intp]:
        """The tokens whose bytes begin with `text`."""
        texts, tokens = self._sorted
        end = bisect_right(texts, text, key=lambda found: found[: len(text)])
        return tokens[bisect_left(texts, text) : end]

    def blanks_of(self, text: bytes) -> npt.NDArray[np.intp]:
        """The tokens with which `text` begins, if it is nothing but blanks; the empty piece is none."""
        if text.strip(b" \t"):
            return np.empty(0, np.intp)
        texts, tokens = self._sorted
        found = [tokens[bisect_left(texts, part) : bisect_right(texts, part)] for part in _beginnings(text)]
        return np.concatenate(found) if found else np.empty(0, np.intp)

    @cached_property
    def _sorted(self) -> tuple[list[bytes], npt.NDArray[np.intp]]:
        found = sorted((text, token) for token in range(self._vocabulary) if (text := self._piece(token)))
        return [text for text, _ in found], np.array([token for _, token in found], np.intp)


def _beginnings(text: bytes) -> list[bytes]:
    return [text[:length] for length in range(1, len(text))]


class Healing:
    """Chooses tokens until the text that was taken back is spelled again."""

    def __init__(self, taken_back: TakenBack, pieces: Pieces) -> None:
        self._left = taken_back.text
        self._again = list(taken_back.tokens)
        self._pieces = pieces

    @property
    def open(self) -> bool:
        """Whether some of the text is still to be spelled."""
        return bool(self._left)

    def choose(self, scores: npt.NDArray[np.float32]) -> tuple[int, float]:
        """The likeliest token that spells on, and its natural-log probability among those that do."""
        allowed = self._allowed(int(scores.argmax()))
        index, logprob = best(scores[allowed])
        return int(allowed[index]), logprob

    def took(self, token: int) -> bytes:
        """Note that a token was chosen; the bytes of it that go beyond the text."""
        text = self._pieces.of(token)
        self._again = self._again[1:] if self._again[:1] == [token] else []
        left, self._left = self._left, self._left[len(text) :]
        return text[len(left) :]

    def _allowed(self, likeliest: int) -> npt.NDArray[np.intp]:
        """Tokens that spell all that is left, the one that the tokenizer chose, and the model's own first choice.

        Any other token that spells only a part is left out. Its likelihood counts all that could follow it, and nearly
        all of that is not the text; only runs of blanks are commonly cut in another way before a word.
        """
        parts = [likeliest, *self._pieces.blanks_of(self._left)]
        usable = self._again[:1] + [token for token in parts if self._spells_a_part(token)]
        return np.unique(np.concatenate([self._pieces.beginning_with(self._left), np.array(usable, np.intp)]))

    def _spells_a_part(self, token: int) -> bool:
        """Whether it spells some of what is left, and there are tokens for the rest."""
        text = self._pieces.of(token)
        rest = self._left[len(text) :]
        return bool(text and rest) and self._left.startswith(text) and bool(len(self._pieces.beginning_with(rest)))
