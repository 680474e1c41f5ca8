"""Columns: how a client counts them (utf-8, utf-16 or utf-32 units) and how Python does (code points).

A column past the end of a line is its end; a column inside a character is the character's start.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]


def code_points(line: str, units: int, encoding: Encoding) -> int:
    """How many characters of `line` lie before the column `units`."""
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    width = _utf8_width if encoding == "utf-8" else _utf16_width
    passed = 0
    for index, character in enumerate(line):
        passed += width(character)
        if passed > units:
            return index
    return len(line)


def units(text: str, encoding: Encoding) -> int:
    """How many units `text` has."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    return sum(map(_utf8_width if encoding == "utf-8" else _utf16_width, text))


def _utf16_width(character: str) -> int:
    return 1 if character <= "\uffff" else 2


def _utf8_width(character: str) -> int:
    """Lone surrogates count three bytes, as in the generalised UTF-8 that editors fall back to."""
    if character <= "\x7f":
        return 1
    if character <= "\u07ff":
        return 2
    return 3 if character <= "\uffff" else 4
