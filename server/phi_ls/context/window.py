"""Which part of a file is shown: cut at line borders, and cut at the same place while somebody types.

A window whose start slides with the cursor would change every token of the prompt at every key, and the model would
read all of it again. So the start stays on marks a quarter of the window apart, or at a definition that begins in the
quarter behind the mark; and where a window began before is known, it begins there as long as that will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from collections.abc import Callable

OPENING_CHARACTERS = 200
"""How much of a window's beginning is remembered to find it again."""


@dataclass(frozen=True)
class Anchor:
    """Where a window began: the offset, the length of the whole text then, and the text from there on."""

    start: int
    length: int
    opening: str

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Anchor:
        """The anchor of a window of `text` from `start` to `end`."""
        return cls(start, len(text), text[start : min(start + OPENING_CHARACTERS, end)])


def window_start(text: str, end: int, limit: int, border: Callable[[Span], int | None] | None = None) -> int:
    """Where a window that ends at `end` and holds at most `limit` characters starts.

    It is 0, or what `border` finds in the quarter of the window behind a mark, or the start of a line if there is one;
    it moves only when `end` passes a mark.
    """
    if end <= limit:
        return 0
    step = max(limit // 4, 1)
    mark = -(-(end - limit) // step) * step
    found = border(Span(mark, min(mark + step, end))) if border is not None else None
    if found is None:
        found = _next_line(text, mark, end)
    return mark if found is None else found


def held_start(text: str, end: int, limit: int, anchor: Anchor) -> int | None:
    """Where the line at `anchor` is in `text`, while a window from there to `end` fits and fills half of `limit`.

    It is found again by its text when something above it was changed. None when another start is needed.
    """
    low, high = max(end - limit, 0), end - (limit + 1) // 2
    if high < low:
        return None
    likely = (anchor.start, anchor.start + len(text) - anchor.length)  # changed behind it, or before it
    for place in likely:
        if low <= place <= high and _begins(text, place, anchor.opening):
            return place
    line = anchor.opening[: end_of_line(anchor.opening, 0) + 1]
    places = [place for place in _occurrences(text, line, Span(low, high + len(line))) if _begins(text, place, line)]
    return min(places, key=lambda place: min(abs(place - one) for one in likely), default=None)


def window_end(text: str, start: int, limit: int) -> int:
    """Where a window that begins at `start` and holds at most `limit` characters ends: behind a line if it can."""
    if len(text) - start <= limit:
        return len(text)
    line = start_of_line(text, start + limit)
    return line if line > start else start + limit


def _begins(text: str, place: int, opening: str) -> bool:
    """Whether a line begins at `place`, with that text."""
    if not opening or not text.startswith(opening, place):
        return False
    return place == 0 or (text[place - 1] in "\r\n" and not text.startswith("\r\n", place - 1))


def _occurrences(text: str, line: str, within: Span) -> list[int]:
    found: list[int] = []
    place = text.find(line, within.start, within.end) if line.strip() else -1
    while place >= 0:
        found.append(place)
        place = text.find(line, place + len(line), within.end)
    return found


def _next_line(text: str, mark: int, end: int) -> int | None:
    """The first start of a line at or after `mark` and before `end`."""
    if start_of_line(text, mark) == mark:
        return mark
    breaks = [found for character in "\n\r" if (found := text.find(character, mark, end)) >= 0]
    if not breaks:
        return None
    after = min(breaks)
    line = after + 2 if text.startswith("\r\n", after) else after + 1
    return line if line < end else None
