"""Which lines of a text belong to the block at the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.features.postprocess.brackets import brackets
from phi_ls.features.postprocess.shape import Shape, width
from phi_ls.text import indentation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LINES = 40
"""The longest block that is offered."""


def block_length(lines: Sequence[str], shape: Shape) -> int:
    """How many of `lines`, the first of which goes on at the cursor, belong to the block.

    A block ends before a line that is indented by less than its first one, at the top level before unindented code
    that follows an empty line, and where indentation stops to make sense. A line that only closes brackets, and
    closes what is open in the file, belongs to it.
    """
    base = width(shape.indentation + ("" if shape.line_prefix.strip() else indentation_of(lines[0])))
    levels = [base]
    for index in range(1, min(len(lines), LINES)):
        line, above = lines[index], lines[:index]
        if not line.strip() or _goes_on("".join(above), shape):
            continue
        level = width(indentation_of(line))
        if level < base:
            return index + 1 if _closes_the_block(line, above, shape) else index
        if base == 0 and level == 0 and not lines[index - 1].strip():
            return index
        if shape.block == "indent" and not _fits(level, levels, _last_said(above)):
            return index
        while levels[-1] > level:
            levels.pop()
        if levels[-1] < level:
            levels.append(level)
    return min(len(lines), LINES)


def _goes_on(text: str, shape: Shape) -> bool:
    """Whether a bracket or a string is open at the end of `text`: what follows is indented as it likes."""
    scanned = brackets(text, line_comment=shape.row.line_comment if shape.row else "")
    openers = scanned.openers if shape.block == "indent" else tuple(at for at in scanned.openers if text[at] != "{")
    return bool(openers or scanned.quote)


def _closes_the_block(line: str, above: Sequence[str], shape: Shape) -> bool:
    if line.strip(" \t\n)]};,"):
        return False
    without = "".join(above).rstrip("\n")
    return shape.errors_with(without + "\n" + line.rstrip("\n")) < shape.errors_with(without)


def _fits(level: int, levels: list[int], above: str) -> bool:
    """Whether a line may be indented by `level`: deeper after a colon, otherwise as some open block is."""
    if above.rstrip().endswith(":"):
        return level > levels[-1]
    return level in levels


def _last_said(lines: Sequence[str]) -> str:
    return next((line for line in reversed(lines) if line.strip()), "")
