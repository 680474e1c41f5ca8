"""A model that was stopped at its limit leaves a line half-written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


def drop_unfinished_end(text: str, shape: Shape) -> str:
    """`text` without the line, or in a single line the word, at which the model was stopped."""
    if not shape.truncated or text.endswith("\n"):
        return text
    whole_lines = text[: text.rfind("\n") + 1]
    return whole_lines if whole_lines.strip() else re.sub(r"\w+\Z", "", text)
