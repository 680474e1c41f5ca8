"""A cursor, before anything is asked there: why the model is left alone, and how much is wanted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.context import redact
from phi_ls.features.postprocess import Shape
from phi_ls.settings import Multiline
from phi_ls.syntax import completion_shape
from phi_ls.text import end_of_line, start_of_line

if TYPE_CHECKING:
    from phi_ls.syntax import Tree
    from phi_ls.text import Source

LONGEST_LINE = 10_000
"""Nobody writes a longer line by hand, and to look at one of a megabyte takes longer than a key may."""
_WORD_END = re.compile(r"\w\Z")


def gate_at(source: Source, offset: int, *, deleted: bool = False) -> str:
    """Why the model is not asked here of its own accord, or "". `deleted`: text before the cursor just went away."""
    following = source.text[offset : offset + 1]
    if following.isalnum() or following == "_":
        return "the cursor stands inside a word"
    if not source.text[:offset].strip():
        return "there is nothing before the cursor"
    start = start_of_line(source.text, offset)
    if end_of_line(source.text, offset) - start > LONGEST_LINE:
        return "the line is too long to be written by hand"
    line = source.text[start:offset]
    if redact(line) != line:
        return "the line seems to hold a secret"
    if deleted and _WORD_END.search(line):
        return "a part of the word was just deleted"
    return ""


def shape_at(source: Source, tree: Tree | None, offset: int, wanted: Multiline) -> Shape:
    """The place, and whether one statement or a whole block is wanted there."""
    if wanted is Multiline.AUTO:
        multiline = tree is not None and completion_shape(tree, offset) == "block"
    else:
        multiline = wanted is Multiline.ALWAYS
    return Shape(source=source, offset=offset, multiline=multiline, tree=tree)
