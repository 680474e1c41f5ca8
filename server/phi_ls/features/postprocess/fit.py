"""Cuts a text where the statement or the block at the cursor ends, by pasting it and parsing the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.features.postprocess.block import LINES as BLOCK_LINES
from phi_ls.features.postprocess.block import block_length
from phi_ls.features.postprocess.brackets import brackets
from phi_ls.features.postprocess.suffix import drop_echoed_suffix
from phi_ls.text import split_lines

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

STATEMENT_LINES = 12
"""The longest statement that is offered where a line is wanted."""


def fit(text: str, shape: Shape) -> str:
    """The part of `text` that ends with its statement or block and adds no syntax error; "" when there is none."""
    lines = split_lines(text)
    found = _block(lines, shape) if shape.multiline else _statement(lines, shape)
    return found or _without_end(lines[0], shape)


def is_fitting(text: str, shape: Shape) -> bool:
    """Whether `text`, which still grows, holds the whole statement or block; its last line counts when it has ended."""
    lines = split_lines(text)
    if shape.multiline:
        return block_length(lines, shape) < len(lines) or len(lines) > BLOCK_LINES
    ended = [line for line in lines if line.endswith("\n")]
    if len(ended) >= _most_lines(shape):
        return True
    return any(_is_statement(_settled("".join(ended[:count]), shape), shape) for count in range(1, len(ended) + 1))


def _block(lines: list[str], shape: Shape) -> str:
    """The longest run of lines of the block that does no harm."""
    for count in range(block_length(lines, shape), 0, -1):
        candidate = _settled("".join(lines[:count]), shape)
        if candidate and not shape.harms(candidate):
            return candidate
    return ""


def _statement(lines: list[str], shape: Shape) -> str:
    """The shortest run of lines that is a whole statement, or failing that the shortest that does no harm."""
    harmless = ""
    for count in range(1, min(len(lines), _most_lines(shape)) + 1):
        candidate = _settled("".join(lines[:count]), shape)
        if not candidate:
            continue
        if _repairs(candidate, shape):
            return candidate
        if not harmless and not shape.harms(candidate):
            harmless = candidate
    return _without_surplus(lines[0], shape) or harmless


def _most_lines(shape: Shape) -> int:
    """In the middle of a line there is no room for a statement of several lines."""
    return 1 if re.search(r"\w", shape.line_suffix) else STATEMENT_LINES


def _is_statement(candidate: str, shape: Shape) -> bool:
    if not candidate:
        return False
    if _repairs(candidate, shape):
        return True
    comment = shape.row.line_comment if shape.row else ""
    open_ends = brackets(shape.line_prefix + candidate, line_comment=comment)
    return not shape.harms(candidate) and not open_ends.openers and not open_ends.quote


def _repairs(candidate: str, shape: Shape) -> bool:
    """Whether the file has no syntax error with `candidate`, or fewer than before."""
    errors = shape.errors_with(candidate)
    return errors == 0 or errors < shape.errors_with("")


def _without_surplus(line: str, shape: Shape) -> str:
    """The line up to a bracket that nothing opened, where that repairs the file."""
    for closer in reversed(brackets(line).closers):
        candidate = _settled(line[:closer], shape)
        if candidate and _repairs(candidate, shape):
            return candidate
    return ""


def _without_end(line: str, shape: Shape) -> str:
    """The line without brackets, quotes and separators at its end, as few as must go to do no harm."""
    line = line.rstrip()
    bare = re.sub(r"[\s,;:)\]}\"'`]+\Z", "", line)
    for end in range(len(line) - 1, max(len(bare), 1) - 1, -1):
        candidate = _settled(line[:end], shape)
        if candidate and not shape.harms(candidate):
            return candidate
    return ""


def _settled(text: str, shape: Shape) -> str:
    """`text` as it would be inserted: nothing twice, no blanks at its end unless code follows there."""
    blanks = " \t\n" if not shape.line_suffix[:1].strip() else "\n"
    while True:
        shorter = drop_echoed_suffix(text, shape).rstrip(blanks)
        if shorter == text:  # what is cut can bare another repetition
            return text if text.strip() else ""
        text = shorter
