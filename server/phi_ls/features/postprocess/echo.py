"""Models begin with what stands before the cursor already: the start of the line, or the lines above."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

LINES = 10
LEAST = 3
"""A shorter repetition may be meant."""


def drop_echoed_prefix(text: str, shape: Shape) -> str:
    """`text` without the longest beginning that repeats the end of the text before the cursor."""
    lines = shape.before.split("\n")[-LINES:]
    said = text.lstrip(" \t\n")
    for first in range(len(lines)):
        rest = _after("\n".join(lines[first:]).lstrip(), said)
        if rest is not None:
            return rest
    return text


def may_become_echo(text: str, shape: Shape) -> bool:
    """Whether all of a text that still grows repeats lines above, so that the next line may do so too."""
    said = text.strip(" \t\n")
    lines = shape.before.split("\n")[-LINES:]
    return bool(said) and any("\n".join(lines[first:]).lstrip().startswith(said) for first in range(len(lines)))


def _after(piece: str, said: str) -> str | None:
    """What follows in `said` when it begins with `piece`; a whole line must end where `piece` ends one."""
    bare = piece.rstrip()
    if len(bare) < LEAST or not re.search(r"\w", bare) or not said.startswith(bare):
        return None
    rest = said[len(bare) :]
    if "\n" in piece[len(bare) :]:  # the cursor stands on an empty line below
        return rest.partition("\n")[2] if not rest.partition("\n")[0].strip() else None
    blanks = piece[len(bare) :]
    if blanks and rest.startswith(blanks):
        return rest[len(blanks) :]
    return None if blanks and re.match(r"\w", rest) and re.search(r"\w$", bare) else rest
