"""Line ends: one kind between the filters, the file's own kind at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


def plain_line_ends(text: str, shape: Shape) -> str:
    r"""`text` with \n line ends."""
    return re.sub(r"\r\n?", "\n", text)


def end_lines_as_file(text: str, shape: Shape) -> str:
    """`text` with the line ends of the file."""
    return text.replace("\n", shape.source.line_end)
