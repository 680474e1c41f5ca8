"""A match as it may be inserted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.features.postprocess import Shape, clean

if TYPE_CHECKING:
    from phi_ls.features.lookup.match import Match


def fitted(match: Match, shape: Shape) -> str:
    """The block that the match begins where one is wanted and it fits, else its line; "" when neither fits."""
    block = clean(match.lines, shape) if shape.multiline else ""
    return block or clean(match.text, shape)
