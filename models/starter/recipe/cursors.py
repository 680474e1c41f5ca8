"""Places in a file where somebody could be typing, and what they would type next.

A cursor never stands in a string or a comment; the grammar decides. What follows the cursor up to a natural border, the
end of the line, of the block or of the bracket, is the answer, and the text is shown without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.syntax import Tree, kind_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

LONGEST_LINE, LONGEST_BLOCK, BLOCK_LINES = 160, 480, 12
_LINE = re.compile(r"^([ \t]*)(\S[^\n]*)$", re.MULTILINE)
_PROMPTING = re.compile(r"(?<=[.(\[,=])|(?<=[=,] )|(?<=return )|(?<=import )")
_OPENER = re.compile(
    r"^([ \t]*)(?:def|class|if|elif|else|for|while|with|try|except|finally|async)\b[^\n]*:[ \t]*\n", re.M
)


@dataclass(frozen=True)
class Cursor:
    """An offset into a text, and the answer that stands behind it; the answer may be empty."""

    offset: int
    answer: str
    multiline: bool = False


def choose(tree: Tree, random: Random) -> Cursor | None:
    """A cursor somewhere in the tree's text; None when a few tries found no place."""
    for _ in range(6):
        kind = random.choices(tuple(_KINDS), weights=tuple(weight for weight, _ in _KINDS.values()))[0]
        cursor = _KINDS[kind][1](tree, random)
        if cursor is not None and kind_at(tree, cursor.offset) == "code":
            return cursor
    return None


def _middle_of_line(tree: Tree, random: Random) -> Cursor | None:
    """Behind any character of a line but its first, half of the time behind one that asks for more."""
    line = _some_line(tree.source.text, random)
    if line is None or line.end(2) - line.start(2) < 3:
        return None
    first, last = line.start(2) + 1, line.end(2) - 1
    offset = random.randint(first, last)
    asking = [found.end() for found in _PROMPTING.finditer(tree.source.text, first, last)]
    if asking and random.random() < 0.5:
        offset = random.choice(asking)
    return _to_line_end(tree.source.text, offset, line.end(2))


def _start_of_line(tree: Tree, random: Random) -> Cursor | None:
    line = _some_line(tree.source.text, random)
    return line and _to_line_end(tree.source.text, line.start(2), line.end(2))


def _end_of_line(tree: Tree, random: Random) -> Cursor | None:
    """Behind a line that is complete: the right answer is none."""
    line = _some_line(tree.source.text, random)
    return line and Cursor(line.end(2), "")


def _block(tree: Tree, random: Random) -> Cursor | None:
    """At the start of the first line of a block, the whole block to come."""
    text = tree.source.text
    opener = _some_match(_OPENER, text, random)
    if opener is None:
        return None
    indent = len(opener.group(1).expandtabs())
    end = opener.end()
    lines = 0
    for line in text[opener.end() : opener.end() + LONGEST_BLOCK + LONGEST_LINE].splitlines(keepends=True):
        if line.strip() and _width(line) <= indent:
            break
        end += len(line)
        lines += 1
    body = text[opener.end() : end]
    start = len(body) - len(body.lstrip())
    answer = body[start:].rstrip()
    if not answer or len(answer) > LONGEST_BLOCK or lines > BLOCK_LINES or "\n" in body[:start]:
        return None
    return Cursor(opener.end() + start, answer, multiline=True)


def _in_brackets(tree: Tree, random: Random) -> Cursor | None:
    """Behind an opening bracket whose closing one the editor has written already."""
    text = tree.source.text
    line = _some_line(text, random)
    if line is None:
        return None
    starts = [at for at in range(line.start(2), line.end(2)) if text[at] in "([{"]
    if not starts:
        return None
    opening = random.choice(starts)
    depth = 0
    for at in range(opening, line.end(2)):
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if depth == 0:
            inside = at - opening - 1
            if not inside:
                return None
            offset = opening + 1 + (random.randrange(inside) if random.random() < 0.5 else 0)
            return Cursor(offset, text[offset:at])
    return None


def _to_line_end(text: str, offset: int, end: int) -> Cursor | None:
    answer = text[offset:end].rstrip()
    return Cursor(offset, answer) if answer and len(answer) <= LONGEST_LINE else None


def _some_line(text: str, random: Random) -> re.Match[str] | None:
    return _some_match(_LINE, text, random)


def _some_match(pattern: re.Pattern[str], text: str, random: Random) -> re.Match[str] | None:
    """The first match from a random place on."""
    start = text.find("\n", random.randrange(len(text) + 1)) + 1
    return pattern.search(text, start)


def _width(line: str) -> int:
    return len(line[: len(line) - len(line.lstrip())].expandtabs())


_KINDS: dict[str, tuple[float, Callable[[Tree, Random], Cursor | None]]] = {
    "middle of a line": (0.46, _middle_of_line),
    "start of a line": (0.24, _start_of_line),
    "block": (0.14, _block),
    "in brackets": (0.12, _in_brackets),
    "end of a line": (0.04, _end_of_line),
}
