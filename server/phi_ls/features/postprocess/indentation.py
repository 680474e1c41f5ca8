"""Tabs or spaces, as the file has them."""

from __future__ import annotations

import re
from functools import reduce
from math import gcd
from typing import TYPE_CHECKING

from phi_ls.text import indentation_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phi_ls.features.postprocess.shape import Shape

USUAL = 4


def indent_as_file(text: str, shape: Shape) -> str:
    """`text` with its lines indented by tabs where the file near the cursor has tabs, by spaces where it has spaces."""
    near = [indentation_of(line) for line in (shape.before + shape.after).split("\n") if line.strip()]
    tabs = sum(blanks.startswith("\t") for blanks in near)
    spaces = sum(blanks.startswith(" ") for blanks in near)
    first, *rest = text.split("\n")
    if not rest or tabs == spaces:
        return text
    if tabs > spaces:
        unit = _unit(indentation_of(line) for line in rest)
        return "\n".join([first, *(_with_tabs(line, unit) for line in rest)])
    unit = _unit(near)
    return "\n".join([first, *(_with_spaces(line, unit) for line in rest)])


def _with_tabs(line: str, unit: int) -> str:
    blanks = indentation_of(line)
    columns = len(blanks.expandtabs(unit))
    return "\t" * (columns // unit) + " " * (columns % unit) + line[len(blanks) :]


def _with_spaces(line: str, unit: int) -> str:
    blanks = indentation_of(line)
    return re.sub("\t", " " * unit, blanks) + line[len(blanks) :]


def _unit(indentations: Iterable[str]) -> int:
    """The columns of one level, as the space-indented lines have it."""
    widths = [len(blanks) for blanks in indentations if blanks and "\t" not in blanks]
    unit = reduce(gcd, widths, 0)
    return unit if unit in (2, 3, 4, 8) else USUAL
