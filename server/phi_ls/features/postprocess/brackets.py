"""Brackets and quotes of a piece of code, counted without a grammar: good enough for a line or two."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAIRS = {")": "(", "]": "[", "}": "{"}
_TRIPLES = ('"""', "'''")


@dataclass(frozen=True)
class Brackets:
    """What a text leaves open: offsets of unmatched brackets, and the quote of a string that does not end."""

    openers: tuple[int, ...]
    closers: tuple[int, ...]
    quote: str

    @property
    def open_ends(self) -> int:
        """How many things are unmatched."""
        return len(self.openers) + len(self.closers) + bool(self.quote)


def brackets(text: str, *, line_comment: str = "") -> Brackets:
    """Scan `text`, which must not begin inside a string. Comments that end with the line are skipped."""
    openers: list[int] = []
    closers: list[int] = []
    quote = ""
    index = 0
    while index < len(text):
        character = text[index]
        if quote:
            if character == "\\":
                index += 1
            elif text.startswith(quote, index):
                index += len(quote) - 1
                quote = ""
            elif character == "\n" and quote in ('"', "'"):
                quote = ""  # such a string ends with its line, one way or another
        elif character in "\"'`":
            quote = next((triple for triple in _TRIPLES if text.startswith(triple, index)), character)
            index += len(quote) - 1
        elif line_comment and text.startswith(line_comment, index):
            end = re.compile(r"\n|\Z").search(text, index)
            index = end.start() - 1 if end else len(text)
        elif character in "([{":
            openers.append(index)
        elif character in ")]}":
            if openers and text[openers[-1]] == _PAIRS[character]:
                openers.pop()
            else:
                closers.append(index)
        index += 1
    return Brackets(tuple(openers), tuple(closers), quote)
