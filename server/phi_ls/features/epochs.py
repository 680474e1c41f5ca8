"""What a prompt shows besides the text before the cursor, kept as it is while one line is being written.

A line that is half written breaks the tree, and with it what is known of the definitions around the cursor; an editor
closes brackets behind the cursor by itself. Each such change in the front of a prompt would make the model read all of
it again. So as long as only the cursor's line changes, imports and enclosing lines stay, and closers that the editor
adds are not shown. An empty line that was added is taken to stand in the same definitions as the line above it, until
its first character tells. And the text before the cursor begins where it began for the last prompt of its document, as
long as that leaves enough of it and not too much.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from phi_ls.context.window import Anchor, held_start, window_start
from phi_ls.syntax import border
from phi_ls.text import start_of_line

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext
    from phi_ls.syntax import Tree
    from phi_ls.text import Source

T = TypeVar("T")

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
    presumed: bool
    """The line says nothing yet, so it shows the definitions around the line above it."""


class Epochs:
    """The context that was shown last, by document."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, _Epoch] = OrderedDict()
        self._anchors: OrderedDict[str, Anchor] = OrderedDict()

    def start(self, source: Source, tree: Tree | None, offset: int, limit: int) -> int:
        """Where the text before `offset` begins, of which at most `limit` characters are shown.

        Where it began before, if that will do; else at a definition, or a line.
        """
        anchor = self._anchors.get(source.uri)
        start = held_start(source.text, offset, limit, anchor) if anchor is not None else None
        if start is None:
            start = window_start(source.text, offset, limit, partial(border, tree) if tree is not None else None)
        _keep(self._anchors, source.uri, Anchor.at(source.text, start, offset))
        return start

    def settled(self, source: Source, offset: int, context: CompletionContext) -> CompletionContext:
        """`context` for `offset`, with what need not change taken from the one before."""
        line_start = start_of_line(source.text, offset)
        above = source.text[max(line_start - NEAR, 0) : line_start]
        blank = not source.text[line_start:offset].strip()
        last, presumed = self._last.get(source.uri), False
        if last is not None and (last.line_start, last.above) == (line_start, above):
            presumed = last.presumed and blank
            tells = last.presumed and not blank
            context = _unchanged(last.context, context, anew=tells)
        elif last is not None and blank and last.line_start < line_start and _may_go_on(last.context, context):
            presumed = True
            context = replace(context, enclosing=last.context.enclosing, above=last.context.above)
        _keep(self._last, source.uri, _Epoch(line_start, above, context, presumed))
        return context

    def forget(self, uri: str) -> None:
        """Forget a document that was closed."""
        self._last.pop(uri, None)
        self._anchors.pop(uri, None)

    def clear(self) -> None:
        """Forget everything."""
        self._last.clear()
        self._anchors.clear()


def _keep(kept: OrderedDict[str, T], uri: str, value: T) -> None:
    kept[uri] = value
    kept.move_to_end(uri)
    while len(kept) > KEPT:
        kept.popitem(last=False)


def _may_go_on(last: CompletionContext, context: CompletionContext) -> bool:
    """Whether an empty line was added behind the last one, and seems to stand in some of its definitions or in none."""
    return (
        _same_window(last, context) and context.suffix == last.suffix and last.enclosing.startswith(context.enclosing)
    )


def _same_window(last: CompletionContext, context: CompletionContext) -> bool:
    return context.prefix.startswith(last.prefix[: last.prefix.find("\n") + 1])


def _unchanged(last: CompletionContext, context: CompletionContext, *, anew: bool) -> CompletionContext:
    """What was shown of the surroundings, if both contexts show the same lines before and after the cursor's.

    With `anew` the definitions around the cursor are those of `context`.
    """
    if not _same_window(last, context):
        return context
    if context.suffix != last.suffix and not _only_closed(last.suffix, context.suffix):
        return context
    return replace(
        context,
        imports=last.imports,
        enclosing=context.enclosing if anew else last.enclosing,
        above=context.above if anew else last.above,
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
