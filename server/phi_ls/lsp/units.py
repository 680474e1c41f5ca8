"""Columns: how a client counts them (utf-8, utf-16 or utf-32 units) and how Python does (code points).

A column past the end of a line is its end; a column inside a character is the character's start.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]


def code_points(line: str, units: int, encoding: Encoding) -> int:
    """How many characters of `line` lie before the column `units`."""
    if encoding == "utf-32" or line[:units].isascii():
        return min(units, len(line))
    low, high = 0, min(units, len(line))  # a character has at least one unit
    passed = 0
    while low < high:  # by halving: encoding a slice is far faster than a look at each character
        middle = (low + high + 1) // 2
        width = _width(line[low:middle], encoding)
        if passed + width <= units:
            low, passed = middle, passed + width
        else:
            high = middle - 1
    return low


def units(text: str, encoding: Encoding) -> int:
    """How many units `text` has."""
    return len(text) if encoding == "utf-32" or text.isascii() else _width(text, encoding)


def _width(text: str, encoding: Encoding) -> int:
    """The units of utf-8 or utf-16. Half a character counts three bytes, as in the UTF-8 that editors fall back to."""
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
