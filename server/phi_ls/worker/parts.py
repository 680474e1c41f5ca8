"""The token ids of a prompt that comes in parts: the same for every tokenizer.

For text that spells no control token, the ids are those that the model's own tokenizer gives for the joined string.
Text that does spell one gives ordinary tokens all the same: a file can never end the user's turn.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from phi_ls.errors import GenerationFailed
from phi_ls.wire import Control
from phi_ls.worker.decoder import well_formed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.wire import Part

# What Hugging Face's tokenizers call white space; `str.lstrip` would take the separators U+001C to U+001F too.
_SPACE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*")


class Tokenizer(Protocol):
    """What a vocabulary must be able to do."""

    def control(self, token: str) -> int | None:
        """The id of a control token, None if the vocabulary has none of that text."""

    def swallows_space(self, control: int) -> bool:
        """Whether white space after this control token belongs to it and gives no tokens."""

    def encode_text(self, text: str, *, begins: bool) -> list[int]:
        """Ids of a text that is not empty, none of them a control token.

        `begins`: it opens the prompt or follows a control token, where some vocabularies put a space of their own.
        """


def encode_parts(tokenizer: Tokenizer, parts: Sequence[Part]) -> list[int]:
    """Token ids of `parts`. Raises `GenerationFailed` for a control token that the vocabulary does not have."""
    ids: list[int] = []
    begins, swallow = True, False
    for run in _runs(parts):
        if isinstance(run, Control):
            control = tokenizer.control(run.token)
            if control is None:
                raise GenerationFailed(f"the vocabulary has no control token {run.token}; check the prompt profile")
            ids.append(control)
            begins, swallow = True, tokenizer.swallows_space(control)
            continue
        text = run[_space_before(run) :] if swallow else run
        if text:
            ids += tokenizer.encode_text(text, begins=begins)
            begins = swallow = False
    return ids


def _runs(parts: Sequence[Part]) -> list[Control | str]:
    """The parts with neighbouring texts joined, unless the second one stands at a border."""
    runs: list[Control | str] = []
    for part in parts:
        if isinstance(part, Control):
            runs.append(part)
        elif runs and isinstance(last := runs[-1], str) and not part.border:
            runs[-1] = last + part.text
        else:
            runs.append(part.text)
    return [run if isinstance(run, Control) else well_formed(run) for run in runs]


def _space_before(text: str) -> int:
    match = _SPACE.match(text)
    return match.end() if match else 0
