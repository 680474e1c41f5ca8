"""How good one answer is, compared with what had stood there. All results lie between 0 and 1."""

from __future__ import annotations

import re

_BLANKS = re.compile(r"[ \t]+(?=\n|\Z)")
_BORDER = re.compile(r"(?<=\w)(?!\w)|(?<!\w)")


def plain(text: str) -> str:
    r"""The text with \n as line end and without blanks at the ends of lines: what counts in a comparison."""
    return _BLANKS.sub("", re.sub(r"\r\n?", "\n", text)).rstrip("\n")


def exact_match(offered: str, truth: str) -> bool:
    """Whether the two say the same, but for blanks at the ends of lines."""
    return plain(offered) == plain(truth)


def edit_similarity(offered: str, truth: str) -> float:
    """1 - Levenshtein distance / length of the longer text."""
    a, b = plain(offered), plain(truth)
    longer = max(len(a), len(b))
    return 1 - distance(a, b) / longer if longer else 1.0


def completed(offered: str, truth: str) -> int:
    """How many characters of `truth` the offer begins with, up to a border between words: what a user need not type."""
    a, b = plain(offered), plain(truth)
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if same in (len(a), len(b)) and len(a) <= len(b) and (same == len(b) or _BORDER.match(b, same)):
        return same
    while same and not (_BORDER.match(a, same) and _BORDER.match(b, same)):
        same -= 1
    return same


def distance(a: str, b: str) -> int:
    """The Levenshtein distance, in one pass over `b` with a column of bits for `a` (Myers 1999, Hyyrö 2003)."""
    if not a or not b:
        return len(a) + len(b)
    positions: dict[str, int] = {}
    for index, character in enumerate(a):
        positions[character] = positions.get(character, 0) | 1 << index
    everything, last = (1 << len(a)) - 1, 1 << (len(a) - 1)
    plus, minus, result = everything, 0, len(a)
    for character in b:
        matches = positions.get(character, 0)
        vertical = matches | minus
        horizontal = (((matches & plus) + plus) ^ plus) | matches
        more = minus | ~(horizontal | plus) & everything
        less = plus & horizontal
        result += bool(more & last) - bool(less & last)
        more = more << 1 | 1
        less <<= 1
        plus = (less | ~(vertical | more)) & everything
        minus = more & vertical
    return result
