"""Code points to UTF-8 bytes and back, fast enough to ask often."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

_STEP = 2048
"""Code points between two marks: the most that one question has to encode."""


class ByteMap:
    """The two ways to count one text. Lone surrogates are one byte, as `Source.utf8` has them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.data = text.encode("utf-8", "replace")
        self._plain = len(self.data) == len(text)

    def byte(self, offset: int) -> int:
        """The byte at which the code point `offset` begins."""
        if self._plain:
            return offset
        mark = offset // _STEP
        return self._marks[mark] + len(self.text[mark * _STEP : offset].encode("utf-8", "replace"))

    def code_point(self, byte: int) -> int:
        """The code point that begins at `byte`."""
        if self._plain:
            return byte
        mark = bisect_right(self._marks, byte) - 1
        return mark * _STEP + len(self.data[self._marks[mark] : byte].decode("utf-8", "replace"))

    @cached_property
    def _marks(self) -> list[int]:
        marks = [0]
        for start in range(0, len(self.text) - _STEP + 1, _STEP):
            marks.append(marks[-1] + len(self.text[start : start + _STEP].encode("utf-8", "replace")))
        return marks
