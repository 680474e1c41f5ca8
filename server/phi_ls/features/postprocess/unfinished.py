"""A model that was stopped at its limit leaves a line half-written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


def drop_unfinished_end(text: str, shape: Shape) -> str:
    """`text` without the line at which the model was stopped; what is left of a single line would be misleading."""
    if not shape.truncated or text.endswith("\n"):
        return text
    return text[: text.rfind("\n") + 1]
