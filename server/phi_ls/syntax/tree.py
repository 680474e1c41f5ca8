"""Parsing, as little as possible: a keystroke is parsed by itself, a large file near the cursor only.

A `Tree` belongs to one source and never changes. Where a file is large, a tree that was asked for `around` an
offset covers a window of it; what lies outside the window is not known to it.
"""

from __future__ import annotations

import re
import time
from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from phi_ls.syntax.bounded import parse_bytes
from phi_ls.syntax.grammar import Grammar, grammar_of
from phi_ls.syntax.languages import Language, language
from phi_ls.syntax.offsets import ByteMap
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node
    from tree_sitter import Tree as Parsed

WHOLE_CHARACTERS = 100_000
"""The largest text that is parsed whole while somebody types: about 2,500 lines, 2 to 7 ms for a keystroke."""
WINDOW_CHARACTERS = 24_000
"""The least that a window holds, where the text has as much."""
LARGEST_CHARACTERS = 4_000_000
"""Above this, a tree is a window always."""
STUCK_SECONDS = 5.0
"""How long a document is left alone after its grammar ran in circles; each try costs a quarter of a second or more."""
_MARGIN = WINDOW_CHARACTERS // 4
"""A window is kept while the cursor is at least so far from its borders."""

_UNINDENTED = re.compile(r"(?:^|\n|\r)(?=[^\s})\]])")

Point: TypeAlias = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Tree:
    """The syntax tree of one source, or of the part of it in `window`. Only this package looks inside of it."""

    source: Source
    language: Language
    window: Span
    grammar: Grammar
    parsed: Parsed
    bytes: ByteMap

    @property
    def root(self) -> Node:
        """The root node."""
        return self.parsed.root_node

    def byte(self, offset: int) -> int:
        """The byte in the tree for an offset in the source, moved into the window."""
        inside = min(max(offset, self.window.start), self.window.end)
        return self.bytes.byte(inside - self.window.start)

    def span(self, node: Node) -> Span:
        """Where a node stands in the source."""
        return Span(self._offset(node.start_byte), self._offset(node.end_byte))

    @cached_property
    def errors(self) -> int:
        """All ERROR and missing nodes."""
        return count_errors(self.root)

    def _offset(self, byte: int) -> int:
        return self.window.start + self.bytes.code_point(byte)


def parse(source: Source, previous: Tree | None = None, *, around: int | None = None) -> Tree | None:
    """The tree of `source`; None when its language has no grammar here, or one that runs in circles. Never raises.

    `previous`, the tree of an earlier version of the document, makes it fast. With `around`, a large file is parsed
    near that offset only. The last few sources are remembered: asking again costs nothing.
    """
    row = language(source.language)
    grammar = grammar_of(row) if row else None
    if row is None or grammar is None:
        return None
    for known in _recent:
        if known.source == source and _covers(known, around):
            return known
    if _stuck.get(source.uri, 0.0) > time.monotonic():
        return None
    if previous is not None and (previous.source.uri != source.uri or previous.language is not row):
        previous = None
    window = _window(source.text, around, previous)
    tree = _parsed(source, row, grammar, window, previous)
    if tree is None:
        _note_stuck(source.uri)
    else:
        _recent.appendleft(tree)
    return tree


def errors_in(tree: Tree, span: Span | None = None) -> int:
    """How many ERROR and missing nodes the tree has, or those that touch `span`."""
    if span is None:
        return tree.errors
    return count_errors(tree.root, tree.byte(span.start), tree.byte(span.end))


def count_errors(node: Node, start: int = 0, end: int | None = None) -> int:
    """ERROR and missing nodes at or below `node` that touch the bytes from `start` to `end`."""
    found = 0
    waiting = [node]  # no recursion: source can be nested as deep as it likes
    while waiting:
        node = waiting.pop()
        if not node.has_error or node.end_byte < start or (end is not None and node.start_byte > end):
            continue
        found += node.is_error or node.is_missing
        waiting += node.children
    return found


def reparsed(old: Parsed, before: bytes, after: bytes, grammar: Grammar) -> Parsed | None:
    """The tree of `after`, made from the tree of `before`; `old` stays as it is. None as for `parse_bytes`."""
    start, old_end, new_end = _difference(before, after)
    copy = old.copy()
    copy.edit(
        start,
        old_end,
        new_end,
        _point(before, start),
        _point(before, old_end),
        _point(after, new_end),
    )
    return parse_bytes(after, grammar, copy)


_recent: deque[Tree] = deque(maxlen=4)
_stuck: dict[str, float] = {}
"""Documents whose grammar ran in circles, and until when they are left alone."""


def _note_stuck(uri: str) -> None:
    now = time.monotonic()
    for other in [other for other, until in _stuck.items() if until <= now]:
        del _stuck[other]
    _stuck[uri] = now + STUCK_SECONDS


def _parsed(source: Source, row: Language, grammar: Grammar, window: Span, previous: Tree | None) -> Tree | None:
    text = source.text[window.start : window.end]
    counted = ByteMap(text)
    if previous is not None and previous.window.start == window.start:
        parsed = reparsed(previous.parsed, previous.bytes.data, counted.data, grammar)
    else:
        parsed = parse_bytes(counted.data, grammar)
    if parsed is None:
        return None
    return Tree(source, row, window, grammar, parsed, counted)


def _covers(tree: Tree, around: int | None) -> bool:
    whole = len(tree.window) == len(tree.source.text)
    return whole or (around is not None and around in tree.window)


def _window(text: str, around: int | None, previous: Tree | None) -> Span:
    size = len(text)
    if size <= WHOLE_CHARACTERS or (around is None and size <= LARGEST_CHARACTERS):
        return Span(0, size)
    around = around or 0
    kept = _kept_window(text, around, previous) if previous else None
    if kept:
        return kept
    half = WINDOW_CHARACTERS // 2
    return Span(_border_before(text, around - half), _border_after(text, around + half))


def _kept_window(text: str, around: int, previous: Tree) -> Span | None:
    """The window of `previous` in the new text, when one edit well inside of it is all that happened."""
    old, window = previous.source.text, previous.window
    end = window.end + len(text) - len(old)
    inside = window.start + _MARGIN <= around <= end - _MARGIN
    if len(window) == len(old) or not inside or end - window.start > 2 * WINDOW_CHARACTERS:
        return None
    same = text[: window.start] == old[: window.start] and text[end:] == old[window.end :]
    return Span(window.start, end) if same else None


def _border_before(text: str, offset: int) -> int:
    """The start of a line at or before `offset`, one that is not indented when there is one near; never far away."""
    if offset <= 0:
        return 0
    low = max(0, offset - WINDOW_CHARACTERS)
    found = [match.end() for match in _UNINDENTED.finditer(text, low, offset) if match.end() > low]
    if found:
        return found[-1]
    return max(text.rfind("\n", low, offset) + 1, text.rfind("\r", low, offset) + 1, low)


def _border_after(text: str, offset: int) -> int:
    if offset >= len(text):
        return len(text)
    for match in _UNINDENTED.finditer(text, offset, offset + WINDOW_CHARACTERS):
        if match.end() > offset:
            return match.end()
    line = text.find("\n", offset, offset + WINDOW_CHARACTERS)
    return min(offset + WINDOW_CHARACTERS, len(text)) if line < 0 else line + 1


def _difference(before: bytes, after: bytes) -> tuple[int, int, int]:
    """Start, old end and new end of the one change from `before` to `after`, on borders of characters."""
    start = _common(before, after, min(len(before), len(after)), from_start=True)
    while start and _inside_character(before, start):
        start -= 1
    limit = min(len(before), len(after)) - start
    same = _common(before, after, limit, from_start=False)
    while same and _inside_character(after, len(after) - same):
        same -= 1
    return start, len(before) - same, len(after) - same


def _common(a: bytes, b: bytes, limit: int, *, from_start: bool) -> int:
    """How many bytes, up to `limit`, are the same at the start or the end; by halving, since slices compare fast."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if from_start:
            same = a[low:middle] == b[low:middle]
        else:
            same = a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]
        if same:
            low = middle
        else:
            high = middle - 1
    return low


def _inside_character(data: bytes, index: int) -> bool:
    return index < len(data) and data[index] & 0xC0 == 0x80


def _point(data: bytes, index: int) -> Point:
    line_start = data.rfind(b"\n", 0, index) + 1
    return data.count(b"\n", 0, line_start), index - line_start
