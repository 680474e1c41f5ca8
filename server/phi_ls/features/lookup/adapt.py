"""Two places that differ in one name: what follows the one, in the names of the other."""

from __future__ import annotations

import keyword
import re
from typing import Literal, NamedTuple

LEAST = 4
"""Bytes that must be the same before the name, for the difference to be one of names and no accident."""
_FARTHEST = 80
_LEFT = re.compile(rb"\w*\Z")
_RIGHT = re.compile(rb"\w*")
_NAME = re.compile(rb"[^\W\d]\w*\Z")


class Renaming(NamedTuple):
    """`theirs` stands where `ours` stands here; `more` bytes before the name are the same again."""

    theirs: bytes
    ours: bytes
    more: int

    def apply(self, before: bytes, text: bytes) -> bytes:
        """The text in our names. A name that begins at the end of `before` is another than its rest."""
        if self.theirs not in text:
            return text
        names = re.compile(rb"\b%b\b" % re.escape(self.theirs))
        last = before[-1:]
        ours = names.sub(lambda found: self.ours if found.start() >= len(last) else found.group(), last + text)
        return ours[len(last) :]


def renaming(ours: bytes, theirs: bytes, same: int) -> Renaming | None:
    """The one name in which two texts differ, given that their last `same` bytes are equal and the next ones are not.

    None when what differs is no name, or one that is still being typed, or when more differs before it.
    """
    here, there = _word(ours, len(ours) - same), _word(theirs, len(theirs) - same)
    if here is None or there is None or here[1] == there[1] or here[0] + len(here[1]) == len(ours):
        return None
    more = common_end(ours[: here[0]], theirs[: there[0]], _FARTHEST)
    return Renaming(there[1], here[1], more) if more >= LEAST else None


def common_end(a: bytes, b: bytes, most: int) -> int:
    """How many bytes the two ends share, at most `most`."""
    size = min(most, len(a), len(b))
    return _same_bytes(a[len(a) - size :], b[len(b) - size :], size, "big")


def common_start(a: bytes, b: bytes, most: int) -> int:
    """How many bytes the two beginnings share, at most `most`."""
    size = min(most, len(a), len(b))
    return _same_bytes(a[:size], b[:size], size, "little")


def _same_bytes(a: bytes, b: bytes, size: int, order: Literal["big", "little"]) -> int:
    """The equal bytes at the low end of two numbers: their lowest differing bit tells, without a loop in Python."""
    differing = int.from_bytes(a, order) ^ int.from_bytes(b, order)
    return ((differing & -differing).bit_length() - 1) // 8 if differing else size


def _word(text: bytes, at: int) -> tuple[int, bytes] | None:
    """The name around `at` and where it starts."""
    left = _LEFT.search(text, max(at - 64, 0), at)
    right = _RIGHT.match(text, at, at + 64)
    start = left.start() if left else at
    word = text[start : right.end() if right else at]
    return (start, word) if _NAME.match(word) and not keyword.iskeyword(word.decode("utf-8", "replace")) else None
