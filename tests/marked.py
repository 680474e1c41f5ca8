r"""Sources with marks: `$0` is the cursor, two of them are a selection, `\$0` is a plain `$0`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phi_ls.text import Source, Span

_MARK = re.compile(r"(\\?)\$0")


@dataclass(frozen=True)
class Marked:
    """The text without its marks, and where they stood, in code points."""

    text: str
    cursor: int
    """The last mark."""
    selection: Span
    """From the first mark to the last; empty at the cursor when there is only one."""

    def source(self, language: str = "python", *, uri: str = "file:///project/sample.py", version: int = 1) -> Source:
        """The text as one version of a document."""
        return Source(uri, language, version, self.text)

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.text[: self.cursor]

    @property
    def after(self) -> str:
        """The text behind the cursor."""
        return self.text[self.cursor :]


def marked(text: str) -> Marked:
    """Take the marks out of a text. Raises `ValueError` unless there are one or two."""
    plain, marks = "", []
    end = 0
    for mark in _MARK.finditer(text):
        plain += text[end : mark.start()]
        if mark.group(1):
            plain += "$0"
        else:
            marks.append(len(plain))
        end = mark.end()
    plain += text[end:]
    if not 1 <= len(marks) <= 2:
        raise ValueError(f"wanted one or two marks $0, found {len(marks)}")
    return Marked(plain, marks[-1], Span(marks[0], marks[-1]))


def with_marks(text: str, *offsets: int) -> str:
    """The text with `$0` at each offset: the readable form of a result."""
    for offset in sorted(offsets, reverse=True):
        text = text[:offset] + "$0" + text[offset:]
    return text
