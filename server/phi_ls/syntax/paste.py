"""What a text would do to the syntax of a file: it is pasted at an offset, and the result is parsed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from phi_ls.syntax.tree import Tree, count_errors, parse, reparsed

if TYPE_CHECKING:
    from phi_ls.text import Source


UNREADABLE = 1_000_000
"""The errors of a text on which the grammar runs in circles: more than any other has."""


class Paste:
    """One place in one source. Without a grammar nothing counts as an error."""

    def __init__(self, source: Source, offset: int, tree: Tree | None = None) -> None:
        self._tree = parse(source, tree, around=offset)
        self._at = self._tree.byte(offset) if self._tree else 0
        self._known: dict[str, int] = {}
        self._stuck = False
        """The grammar ran in circles on one of the texts: it is not asked again, which would take too long."""

    @property
    def tree(self) -> Tree | None:
        """The tree of the source as it is."""
        return self._tree

    def errors_with(self, text: str) -> int:
        """The ERROR and missing nodes of the file, or of the parsed window of a large one, with `text` in it."""
        if text not in self._known:
            self._known[text] = self._count(text)
        return self._known[text]

    def harms(self, text: str) -> bool:
        """Whether the file would have more syntax errors with `text` than it has without."""
        return self.errors_with(text) > self.errors_with("")

    @cached_property
    def errors_without_line(self) -> int:
        """The errors of the file without what stands before the offset on its line, or with it if there are fewer."""
        if self._tree is None:
            return 0
        data = self._tree.bytes.data
        line = data[max(data.rfind(b"\n", 0, self._at), data.rfind(b"\r", 0, self._at)) + 1 : self._at]
        start = self._at - len(line.lstrip(b" \t"))
        return min(self._errors(data[:start] + data[self._at :]), self.errors_with(""))

    def _count(self, text: str) -> int:
        tree = self._tree
        if tree is None:
            return 0
        if not text:
            return tree.errors
        before = tree.bytes.data
        return self._errors(b"".join((before[: self._at], text.encode("utf-8", "replace"), before[self._at :])))

    def _errors(self, after: bytes) -> int:
        tree = self._tree
        if tree is None:
            return 0
        made = None if self._stuck else reparsed(tree.parsed, tree.bytes.data, after, tree.grammar)
        self._stuck = made is None
        return UNREADABLE if made is None else count_errors(made.root_node)
