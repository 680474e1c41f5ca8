r"""The open documents, kept in step with the client edit by edit.

A document is a list of lines that is spliced in place: an edit costs what it touches, not what the file holds. Every
line but the last has its line end (\n, \r\n or \r and nothing else); the last one has none and may be empty. A
position past the end of a line means its end, a position past the last line means the end of the document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from phi_ls.lsp.units import Encoding, code_points
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")

MOST_PENDING = 16
"""Splices above which a snapshot is made anew."""

LARGEST = 2 * 1024 * 1024
"""Characters; documents above are kept in step, but nothing is computed for them."""


class Document:
    """One open document, for one client's way to count columns."""

    def __init__(self, uri: str, language: str, version: int, text: str, encoding: Encoding) -> None:
        self.uri = uri
        self.language = language
        self.version = version
        self._encoding = encoding
        self._source: Source | None = None
        self._pending: list[tuple[int, int, list[str]]] = []
        """Splices since the last snapshot: first line, line behind the last one, the lines that replace them."""
        self.replace(text)

    @property
    def too_large(self) -> bool:
        """Whether features must leave this document alone."""
        return self._size > LARGEST

    @property
    def line_count(self) -> int:
        """The number of lines, at least one."""
        return len(self._lines)

    def snapshot(self) -> Source:
        """The current version as plain data that later edits do not touch; made once per version."""
        if self._source is None:
            self._source = Source.of_lines(self.uri, self.language, self.version, self._lines)
            self._pending = []
        for first, last, fresh in self._pending:
            self._source = self._source.spliced(self.version, first, last, fresh)
        if self._source.version != self.version:
            self._source = self._source.spliced(self.version, 0, 0, ())
        self._pending = []
        return self._source

    def replace(self, text: str) -> None:
        """Make `text` the whole text."""
        self._lines = _split(text)
        self._size = len(text)
        self._source = None
        self._pending = []

    def splice(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Replace what stands between two positions, each a line and a column in the client's units."""
        (first, left), (last, right) = sorted((self._clamp(*start), self._clamp(*end)))
        lines = self._lines
        before = sum(map(len, lines[first : last + 1]))
        joined = lines[first][:left] + text + lines[last][right:]
        if joined.startswith("\n") and first > 0 and lines[first - 1].endswith("\r"):
            first -= 1
            before += len(lines[first])
            joined = lines[first] + joined
        fresh = _split(joined)
        if last + 1 < len(lines):
            fresh.pop()  # `joined` ends with a line end, so the empty rest is where the next line starts
        lines[first : last + 1] = fresh
        self._size += len(joined) - before
        self._pending.append((first, last + 1, fresh))
        if len(self._pending) > MOST_PENDING:
            self._source, self._pending = None, []

    def _clamp(self, line: int, column: int) -> tuple[int, int]:
        """The line and the column in code points of a client's position."""
        if line >= len(self._lines):
            return len(self._lines) - 1, len(self._lines[-1])
        return line, code_points(self._lines[line].rstrip("\r\n"), column, self._encoding)


class Documents:
    """The open documents by URI; clients may quote the same URI differently from message to message."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self._open: dict[str, Document] = {}

    def open(self, uri: str, language: str, version: int, text: str) -> Document:
        """Begin to follow a document; one that is open already is replaced."""
        document = Document(uri, language, version, text, self.encoding)
        self._open[unquote(uri)] = document
        return document

    def close(self, uri: str) -> None:
        """Forget a document; unknown ones are none to forget."""
        self._open.pop(unquote(uri), None)

    def get(self, uri: str) -> Document | None:
        """The open document of that URI."""
        return self._open.get(unquote(uri))

    def __iter__(self) -> Iterator[Document]:
        return iter(self._open.values())


def _split(text: str) -> list[str]:
    """The lines of a text, each with its line end, and the last one, perhaps empty, without."""
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines
