"""A model that saw a secret taken out may write the mark into the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.context import REDACTED

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


def discard_redacted(text: str, shape: Shape) -> str:
    """`text` up to the mark of a redacted secret; "" when the mark stands in its first line."""
    if REDACTED not in text or REDACTED in shape.source.text:
        return text
    before = text.split(REDACTED, 1)[0]
    return before[: before.rfind("\n") + 1]
