r"""Documents as plain data: text that never changes, addressed by code points.

Line ends are \n, \r\n and \r, and nothing else: the Language Server Protocol counts so, while `str.splitlines` also
breaks at form feeds and U+2028.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from operator import eq
from typing import overload

_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, order=True)
class Span:
    """A range of offsets in code points, `start` <= `end`; the end is not part of it."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, offset: int) -> bool:
        return self.start <= offset < self.end

    def moved(self, distance: int) -> Span:
        """The range as far to the right, or to the left of zero."""
        return Span(self.start + distance, self.end + distance)


@dataclass(frozen=True)
class Edit:
    """Replace `span` of a source by `text`."""

    span: Span
    text: str

    def apply(self, text: str) -> str:
        """The whole text with this edit in it."""
        return text[: self.span.start] + self.text + text[self.span.end :]


class LineStarts(Sequence[int]):
    """The offset at which each line starts, ascending. Splicing costs what is near the splice, not what the file holds.

    It is a tuple with one patch: from `at` on, the lines up to `until` of the tuple are replaced by `fresh`, and the
    lines behind them moved by `delta`. A patch that has grown, or an edit far from it, makes a new tuple.
    """

    __slots__ = ("_at", "_base", "_delta", "_fresh", "_until")
    LARGEST_PATCH = 512

    def __init__(
        self, base: tuple[int, ...], at: int = 0, until: int = 0, fresh: tuple[int, ...] = (), delta: int = 0
    ) -> None:
        self._base, self._at, self._until, self._fresh, self._delta = base, at, until, fresh, delta

    @classmethod
    def of(cls, lengths: Sequence[int]) -> LineStarts:
        """From the lengths of all lines, at least one, with their line ends."""
        return cls(tuple(accumulate(lengths[:-1], initial=0)))

    def __len__(self) -> int:
        return len(self._base) - (self._until - self._at) + len(self._fresh)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[int, ...]: ...
    def __getitem__(self, index: int | slice) -> int | tuple[int, ...]:
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        place = index + len(self) if index < 0 else index
        if place < self._at:
            return self._base[place]
        behind = place - self._at - len(self._fresh)
        if behind < 0:
            return self._fresh[place - self._at]
        return self._base[self._until + behind] + self._delta

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def spliced(self, first: int, last: int, lengths: Sequence[int], delta: int) -> LineStarts:
        """Lines from `first` to before `last` replaced by lines of these lengths; what follows moves by `delta`."""
        begin, end = first, last
        if self._fresh or self._delta or self._until != self._at:
            begin, end = min(self._at, first), max(self._at + len(self._fresh), last)
            if end - begin + len(lengths) > self.LARGEST_PATCH:
                return LineStarts(tuple(self)).spliced(first, last, lengths, delta)
            until = self._until + end - self._at - len(self._fresh)
        else:
            until = end
        inserted = accumulate(lengths[:-1], initial=self[first]) if lengths else ()
        fresh = (*self[begin:first], *inserted, *(place + delta for place in self[last:end]))
        return LineStarts(self._base, begin, until, fresh, self._delta + delta)


@dataclass(frozen=True)
class Source:
    """One version of one document. Offsets are code points, 0 <= offset <= len(text); lines count from 0."""

    uri: str
    language: str
    version: int
    text: str

    @classmethod
    def of_lines(cls, uri: str, language: str, version: int, lines: Sequence[str]) -> Source:
        """A source from lines that are split already: each with its line end, the last one, perhaps empty, without."""
        return cls(uri, language, version, "".join(lines))._with_starts(LineStarts.of(list(map(len, lines))))

    def spliced(self, version: int, first: int, last: int, lines: Sequence[str]) -> Source:
        """The next version: the lines from `first` up to, without, `last` are replaced. Costs a copy of the text.

        `lines` are as for `of_lines`; no line end may come apart or together at the borders.
        """
        starts = self.line_starts
        start = starts[first]
        end = starts[last] if last < len(starts) else len(self.text)
        text = "".join((self.text[:start], *lines, self.text[end:]))
        ended = starts.spliced(first, last, list(map(len, lines)), len(text) - len(self.text))
        return Source(self.uri, self.language, version, text)._with_starts(ended)

    def _with_starts(self, starts: LineStarts) -> Source:
        self.__dict__["line_starts"] = starts  # fills the cached property, which would search the whole text
        return self

    @cached_property
    def line_starts(self) -> LineStarts:
        """The offset at which each line starts; a source has at least one line."""
        return LineStarts((0, *(match.end() for match in _LINE_END.finditer(self.text))))

    @cached_property
    def line_end(self) -> str:
        r"""The line end that this document uses: that of its first line, or \n."""
        first = _LINE_END.search(self.text)
        return first.group() if first else "\n"

    def line_at(self, offset: int) -> int:
        """The line that holds `offset`."""
        return bisect_right(self.line_starts, offset) - 1

    def line_span(self, line: int) -> Span:
        """The line without its line end."""
        starts = self.line_starts
        start = starts[line]
        if line + 1 == len(starts):
            return Span(start, len(self.text))
        end = starts[line + 1] - 1
        if end > start and self.text[end] == "\n" and self.text[end - 1] == "\r":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """The text of a line without its line end."""
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and a column in code points, both from 0; past the end means the end."""
        if line >= len(self.line_starts):
            return len(self.text)
        span = self.line_span(line)
        return min(span.start + column, span.end)

    def position(self, offset: int) -> tuple[int, int]:
        """The line and the column in code points of an offset, both from 0."""
        line = self.line_at(offset)
        return line, offset - self.line_starts[line]

    @cached_property
    def utf8(self) -> bytes:
        """The text as bytes, for parsers; lone surrogates become question marks, one byte each."""
        return self.text.encode("utf-8", "replace")

    def byte_offset(self, offset: int) -> int:
        """The offset in `utf8` of an offset in code points."""
        if self.text.isascii():
            return offset
        return len(self.text[:offset].encode("utf-8", "replace"))

    def code_point_offset(self, byte_offset: int) -> int:
        """The offset in code points of an offset in `utf8` that stands on a character border."""
        if self.text.isascii():
            return byte_offset
        return len(self.utf8[:byte_offset].decode("utf-8", "replace"))


def start_of_line(text: str, offset: int) -> int:
    """Where the line that holds `offset` begins; needs no table of lines."""
    if text.startswith("\r\n", offset - 1) and offset:
        offset -= 1  # within a line end, which belongs to its line
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def end_of_line(text: str, offset: int) -> int:
    """Where the line that holds `offset` ends, before its line end."""
    match = _LINE_END.search(text, offset)
    return match.start() if match else len(text)


def indentation_of(line: str) -> str:
    """The blanks and tabs at the start of a line."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def split_lines(text: str) -> list[str]:
    r"""The lines of a text, each with its line end; splits at \n, \r\n and \r only."""
    lines: list[str] = []
    start = 0
    for match in _LINE_END.finditer(text):
        lines.append(text[start : match.end()])
        start = match.end()
    if start < len(text):
        lines.append(text[start:])
    return lines
