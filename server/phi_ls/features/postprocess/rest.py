"""Text that takes the place of the rest of the line.

Editors close brackets and quotes behind the cursor as soon as one is opened. A model that goes on past them, as with
`x):` in `if f($0)`, has written them too: its text replaces them, where inserting it would lose what comes behind them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.postprocess.shape import Shape

_CLOSERS = re.compile(r"[)\]}\"'`;:,]{1,8}")


def past_closers(raw: str, shape: Shape, inserted: str, clean: Callable[[str, Shape], str]) -> tuple[str, int]:
    """What may be put in the place of so many characters behind the cursor: `inserted` and 0, or a text that goes past.

    Such a text has all that the rest of the line has, in this order, for editors show only what is added; and it fits
    where `inserted` is nothing, is wrong beside the closers, or says less.
    """
    rest = shape.line_suffix
    if not _CLOSERS.fullmatch(rest):
        return inserted, 0
    text = shape.source.text
    without = replace(shape.source, text=text[: shape.offset] + text[shape.offset + len(rest) :])
    bare = replace(shape, source=without, tree=None)
    longer = clean(raw, bare)
    if not longer or longer == inserted + rest or not _holds(longer, rest):
        return inserted, 0
    errors = bare.errors_with(longer)
    better = not inserted or longer.startswith(inserted + rest) or errors < shape.errors_with(inserted)
    return (longer, len(rest)) if better and errors <= shape.errors_with("") else (inserted, 0)


def _holds(text: str, wanted: str) -> bool:
    """Whether the characters of `wanted` stand in the first line of `text`, in this order."""
    remaining = iter(text.splitlines()[0])
    return all(character in remaining for character in wanted)
