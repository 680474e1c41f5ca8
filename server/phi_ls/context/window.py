"""Which part of a file is shown: cut at line borders, and cut at the same place while somebody types.

A window whose start slides with the cursor would change every token of the prompt at every key, and the model would
read all of it again. So the start stays on marks a quarter of the window apart.
"""

from __future__ import annotations

from phi_ls.text import start_of_line


def window_start(text: str, end: int, limit: int) -> int:
    """Where a window that ends at `end` and holds at most `limit` characters starts.

    It is 0, or the start of a line if there is one; it moves only when `end` passes a mark.
    """
    if end <= limit:
        return 0
    step = max(limit // 4, 1)
    mark = -(-(end - limit) // step) * step
    line = _next_line(text, mark, end)
    return mark if line is None else line


def window_end(text: str, start: int, limit: int) -> int:
    """Where a window that begins at `start` and holds at most `limit` characters ends: behind a line if it can."""
    if len(text) - start <= limit:
        return len(text)
    line = start_of_line(text, start + limit)
    return line if line > start else start + limit


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
