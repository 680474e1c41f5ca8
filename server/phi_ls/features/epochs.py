"""What a prompt shows besides the text before the cursor, kept as it is while one line is being written.

A line that is half written breaks the tree, and with it what is known of the definitions around the cursor; an editor
closes brackets behind the cursor by itself. Each such change in the front of a prompt would make the model read all of
it again. So as long as only the cursor's line changes, imports and enclosing lines stay, and closers that the editor
adds are not shown.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phi_ls.text import start_of_line

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext
    from phi_ls.text import Source

KEPT = 16
"""Documents whose last line is remembered."""
NEAR = 20_000
"""Characters above the line that must be what they were; a prompt shows fewer."""
_CLOSED_BY_EDITOR = re.compile(r"[)\]}\"'`]{1,4}")


@dataclass(frozen=True)
class _Epoch:
    line_start: int
    above: str
    context: CompletionContext


class Epochs:
    """The context that was shown last, by document."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, _Epoch] = OrderedDict()

    def settled(self, source: Source, offset: int, context: CompletionContext) -> CompletionContext:
        """`context` for `offset`, with what need not change taken from the one before."""
        line_start = start_of_line(source.text, offset)
        above = source.text[max(line_start - NEAR, 0) : line_start]
        last = self._last.get(source.uri)
        if last is not None and (last.line_start, last.above) == (line_start, above):
            context = _unchanged(last.context, context)
        self._last[source.uri] = _Epoch(line_start, above, context)
        self._last.move_to_end(source.uri)
        while len(self._last) > KEPT:
            self._last.popitem(last=False)
        return context

    def clear(self) -> None:
        """Forget everything."""
        self._last.clear()


def _unchanged(last: CompletionContext, context: CompletionContext) -> CompletionContext:
    """What was shown of the surroundings, if both contexts show the same lines before and after the cursor's."""
    first_line = last.prefix[: last.prefix.find("\n") + 1]
    if not context.prefix.startswith(first_line):
        return context  # the window has moved
    if context.suffix != last.suffix and not _only_closed(last.suffix, context.suffix):
        return context
    return replace(
        context,
        imports=last.imports,
        enclosing=last.enclosing,
        above=last.above,
        suffix=last.suffix,
        snippets=last.snippets,
    )


def _only_closed(before: str, after: str) -> bool:
    """Whether a suffix differs from the one before by closers at its start, which may cost it a line at its end."""
    found = _CLOSED_BY_EDITOR.match(after)
    closers = found.end() if found else 0
    return any(before.startswith(after[count:]) and after[count:] for count in range(1, closers + 1)) or (
        bool(closers) and not before and not after[closers:]
    )
