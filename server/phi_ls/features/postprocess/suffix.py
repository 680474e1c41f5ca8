"""Text that stands behind the cursor already is not inserted again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.features.postprocess.brackets import brackets

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

LONGEST = 400


def drop_echoed_suffix(text: str, shape: Shape) -> str:
    """`text` without the tail that the text after the cursor begins with.

    The longest overlap wins. An overlap of blanks is kept: cutting it would only move white space about. An overlap
    of mere punctuation is cut only where that leaves the code at least as whole: in `foo($0)` the text `bar()`
    keeps its bracket.
    """
    while True:
        size = next((size for size in _overlaps(text, shape.after) if _is_echo(text, size, shape)), 0)
        if not size:
            return text
        text = text[:-size]


def _overlaps(text: str, after: str) -> list[int]:
    """The lengths of the tails of `text` that `after` begins with, longest first."""
    longest = min(len(text), len(after), LONGEST)
    return [size for size in range(longest, 0, -1) if text.endswith(after[:size])]


def _is_echo(text: str, size: int, shape: Shape) -> bool:
    overlap, shorter = text[-size:], text[:-size]
    if not overlap.strip():
        return False
    if re.search(r"\w", overlap) or shape.kind != "code":
        return True
    if brackets(shorter).open_ends > brackets(text).open_ends:
        return False
    return shape.errors_with(shorter) <= shape.errors_with(text)
