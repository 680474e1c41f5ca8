"""Models without fill-in-the-middle training write on into the lines that stand below the cursor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

LEAST_WORD_CHARACTERS = 3
"""Lines with fewer, such as a closing brace, come again within a block without being a repetition."""


def stop_at_next_line(text: str, shape: Shape) -> str:
    """`text` up to the line that repeats the next line of the file; "" when its first line does."""
    if not shape.next_lines:
        return text
    next_line = shape.next_lines[0]
    said = len(re.findall(r"\w", next_line))
    lines = text.split("\n")
    whole = [shape.line_prefix + lines[0], *lines[1:]]
    for index, line in enumerate(whole):
        repeats = said >= LEAST_WORD_CHARACTERS if index else said and not shape.line_suffix.strip()
        if repeats and line.rstrip() == next_line:
            return "\n".join(lines[:index])
    return text
