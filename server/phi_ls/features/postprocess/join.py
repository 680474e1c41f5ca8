"""Joins a text to the cursor: blanks that are there already are not inserted again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.features.postprocess.shape import width
from phi_ls.text import indentation_of

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


_OPENERS = (":", "{", "(", "[", ",", "\\", "+", "&&", "||", "=", "=>")


def join_to_cursor(text: str, shape: Shape) -> str:
    """`text` so that it goes on at the cursor; "" when it belongs to a line elsewhere."""
    if shape.line_prefix.strip():
        return _after_code(text, shape)
    text = re.sub(r"\A(?:[ \t]*\n)+", "", text)
    if shape.prefilled and _omitted(shape):
        return _whole_line(text, shape)
    return text if _is_level(shape.line_prefix + indentation_of(text), shape) else text.lstrip(" \t")


def _after_code(text: str, shape: Shape) -> str:
    if not shape.multiline and re.match(r"[ \t]*\n", text):
        return ""
    typed_blank = shape.line_prefix[-1:] in (" ", "\t")
    return text.lstrip(" \t") if typed_blank else text


def _is_level(indentation: str, shape: Shape) -> bool:
    """Whether a line may be indented so: as a line above, not deeper than the last; after an opening as it likes."""
    if not shape.lines_above:
        return False
    last = shape.lines_above[-1].rstrip()
    columns = width(indentation)
    if last.endswith(_OPENERS):
        return columns >= width(indentation_of(last))
    levels = {width(indentation_of(line)) for line in shape.lines_above}
    return columns in levels and columns <= width(indentation_of(last))


def _omitted(shape: Shape) -> bool:
    """Whether the prompt left out the blanks before the cursor, so that the model wrote them."""
    last = shape.prefilled[shape.prefilled.rfind("\n") + 1 :]
    return bool(shape.line_prefix) and not last


def _whole_line(text: str, shape: Shape) -> str:
    """A text that begins at the start of the line, made to begin at the cursor."""
    there = shape.line_prefix
    if text.startswith(there):
        return text[len(there) :]
    own = indentation_of(text)
    if own and width(own) >= width(there):
        return text[len(own) :]
    if not own and shape.in_empty_block:
        return _indented(text, there)
    return "" if shape.block == "indent" else text[len(own) :]


def _indented(text: str, indentation: str) -> str:
    """A text that was written without indentation, its later lines indented like its first one will be."""
    first, *rest = text.split("\n")
    return "\n".join([first, *(indentation + line if line.strip() else line for line in rest)])
