"""Pieces of other code that resemble the place of the cursor: what a small model can copy from.

Pure functions of texts; who knows the other files hands them over as `LineIndex`es, which are made once for a version
of a file. Three things are looked for: lines that begin like the cursor's line, lines like the one above it, and the
definitions of the names that stand near it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_SHARED = 6
"""Characters that two lines must begin with alike; fewer are chance."""
LINES_BEFORE, LINES_AFTER = 1, 7
NAMES_LINES = 3
_NAME = re.compile(r"[A-Za-z_]\w{2,}")
_DEFINES = ("def {}(", "class {}", "async def {}(", "{} = ", "function {}(", "export function {}(", "const {} = ")
_DEFINITION_SCORE = 14


@dataclass(frozen=True)
class Snippet:
    """Whole lines of one file, without the indentation that they share."""

    path: str
    text: str


class LineIndex:
    """The lines of one text, findable by how they begin, indentation aside."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        bare = [line.strip() for line in self.lines]
        self.order = sorted((number for number, line in enumerate(bare) if line), key=bare.__getitem__)
        self.keys = [bare[number] for number in self.order]

    def alike(self, key: str) -> Iterator[tuple[int, int]]:
        """At most two (shared characters, line number): the lines that begin most like `key`."""
        place = bisect_left(self.keys, key)
        for index in (place, place - 1):
            if 0 <= index < len(self.keys):
                shared = _shared(key, self.keys[index])
                if shared >= LEAST_SHARED:
                    yield shared, self.order[index]

    def begins(self, key: str) -> int | None:
        """The number of a line that begins with all of `key`."""
        place = bisect_left(self.keys, key)
        return self.order[place] if place < len(self.keys) and self.keys[place].startswith(key) else None


def snippets(
    before: str, indexes: Sequence[LineIndex], *, limit: int = 3, characters: int = 1200
) -> tuple[Snippet, ...]:
    """At most `limit` snippets for a cursor behind `before`, best first, together at most `characters` long.

    The first of two equally good ones wins, so the order of `indexes` counts: nearest file first.
    """
    found = sorted(_candidates(before, indexes), key=lambda candidate: -candidate[0])
    chosen: list[Snippet] = []
    taken: set[tuple[int, int]] = set()
    texts: set[str] = set()
    room = characters
    for _, file, line in found:
        if len(chosen) == limit or room < 40:
            break
        text = _excerpt(indexes[file], line, min(room, characters // 2))
        near = {(file, number) for number in range(line - LINES_BEFORE, line + LINES_AFTER)}
        if near & taken or text in texts or not text:
            continue
        taken |= near
        texts.add(text)
        room -= len(text)
        chosen.append(Snippet(indexes[file].path, text))
    return tuple(chosen)


def _candidates(before: str, indexes: Sequence[LineIndex]) -> Iterator[tuple[float, int, int]]:
    """(score, index of the file, line): the score is about the characters of evidence."""
    lines = before.rsplit("\n", NAMES_LINES + 3)[-NAMES_LINES - 3 :]
    here = lines[-1].strip()
    above = next((line.strip() for line in reversed(lines[:-1]) if line.strip()), "")
    names = _names([*lines[-NAMES_LINES:-1], lines[-1]])
    for file, index in enumerate(indexes):
        if len(here) >= LEAST_SHARED:
            for shared, line in index.alike(here):
                yield shared + _agreement(index, line, above), file, line
        if len(above) >= LEAST_SHARED:
            for shared, line in index.alike(above):
                if shared > 0.6 * len(above):
                    yield 0.7 * shared, file, line
        for name in names:
            for form in _DEFINES:
                line_number = index.begins(form.format(name))
                if line_number is not None:
                    yield _DEFINITION_SCORE + 0.3 * len(name), file, line_number


def _agreement(index: LineIndex, line: int, above: str) -> float:
    """What it counts that the line above a found one is like the line above the cursor."""
    other = next((text.strip() for text in reversed(index.lines[max(0, line - 3) : line]) if text.strip()), "")
    return 0.7 * _shared(other, above)


def _names(lines: Sequence[str]) -> tuple[str, ...]:
    """The names in `lines`, last first, at most six."""
    found = dict.fromkeys(name for line in reversed(lines) for name in reversed(_NAME.findall(line)))
    return tuple(found)[:6]


def _excerpt(index: LineIndex, line: int, room: int) -> str:
    """The lines around `line`, not indented, as many as fit; it ends behind a whole line."""
    lines = index.lines[max(0, line - LINES_BEFORE) : line + LINES_AFTER]
    while lines and not lines[0].strip():
        lines = lines[1:]
    indent = min((len(text) - len(text.lstrip()) for text in lines if text.strip()), default=0)
    kept = ""
    for text in lines:
        if len(kept) + len(text) - indent + 1 > room:
            break
        kept += text[indent:].rstrip() + "\n"
    return kept.rstrip("\n") + "\n" if kept.strip() else ""


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
