"""The best continuation of all places that are preceded by what stands before the cursor.

Places vote: a longer key, the same file, the same next line and known names weigh more; the continuation with most
weight wins. The share of the weight that it has, and the length of its key, say how far it can be trusted.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from phi_ls.features.lookup.adapt import common_end, common_start, renaming
from phi_ls.features.lookup.confidence import confidence
from phi_ls.features.lookup.index import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phi_ls.features.lookup.index import Index
    from phi_ls.text import Source

LEAST = 6
"""Bytes of the shortest key that is looked for in the file at hand."""
LONGEST_KEY = 240
"""A longer match says no more; so of many long matches the most frequent continuation wins."""
LEAST_SAID = 4
"""Characters of a key that are not blank."""
LONGEST_TEXT = 200
LONG_KEY = 40
PLACES_HERE = 32
"""Places in the file at hand that are looked at on either side of the cursor, nearest first."""
PLACES_LOOKED_AT = 160
"""Places that the index is asked for: as many as 3 MB of text give. It bounds the time where there is more text."""
PLACES_ELSEWHERE = 48
NEAR = 500_000
"""Bytes around the cursor in which they are searched."""
SCOPE = 30_000
"""Bytes on either side of the cursor whose names are known ones."""
FOLLOWING_LINES = 12

_SOFTNESS = 3.0
_HERE = 5.0
_AFTER = 0.5
_UNKNOWN_NAME = 3.0
_NEXT_LINE_AGAIN = 20.0
_LONGEST_AFTER = 60
_RENAMED_AMONG = 24
_JUDGED = 6

_LINE_END = re.compile(rb"[\r\n]|\Z")
_NAME = re.compile(rb"[^\W\d]\w*")


@dataclass(frozen=True)
class Match:
    """How a line goes on."""

    text: str
    """The rest of the line."""
    key_length: int
    """Bytes before the cursor that are the same there."""
    agreement: float = 1.0
    """The share of what was found that says the same."""
    confidence: float = 0.0
    """How often such a match was right."""
    key_characters: int = 0
    """Those of the key that are not blank."""
    following: str = ""
    """The lines after it, each with its line end, as a draft of what comes next."""

    @property
    def lines(self) -> str:
        """The line and those after it."""
        return f"{self.text}\n{self.following}"


@dataclass(frozen=True)
class _Place:
    data: bytes
    end: int
    """Where the key ends."""
    key: int
    score: float
    text: bytes


def lookup(source: Source, offset: int, *, index: Index | None = None, minimum: int = LEAST) -> Match | None:
    """The continuation that the places with at least `minimum` equal bytes before the cursor speak for.

    Places in the file at hand do not overlap the cursor's own key. None when nothing matches or nothing follows.
    """
    data, at = source.utf8, source.byte_offset(offset)
    here = _Here(data, at)
    places = dict.fromkeys(end for key in _keys(data, at, minimum) for end in _places_here(data, at, key))
    found = [place for end in places if (place := here.judge(data, end))]
    if index is not None:
        judged = [here.judge(text, end) for text, end in _places_elsewhere(here, index, name_of(source.uri))]
        found += [place for place in judged if place and place.key >= minimum]
    if not found:
        return None
    found.sort(key=lambda place: -place.score)
    found[:_RENAMED_AMONG] = [here.in_our_names(place) for place in found[:_RENAMED_AMONG]]
    return _match(here, *_elected(here, found))


class _Here:
    """What stands around the cursor, and how well another place fits to it."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.before = data[max(at - 2 * LONGEST_KEY, 0) : at]
        line_end = _line_end(data, at)
        self.after = data[line_end : line_end + _LONGEST_AFTER]
        self.line = data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1 : at]
        self.next_line = data[line_end : line_end + 400].strip().split(b"\n", 1)[0].strip()
        self.scope = data[max(at - SCOPE, 0) : at + SCOPE]
        self._unknown: dict[bytes, bool] = {}

    def judge(self, data: bytes, end: int) -> _Place | None:
        """The place that ends at `end`; None when its line says nothing more, or too much."""
        line_end = _line_end(data, end)
        own = data is self.data
        # What stands behind the cursor is there already.
        text = data[end : self.at if own and end <= self.at < line_end else line_end].rstrip()
        if not text or len(text) > LONGEST_TEXT:
            return None
        longest = min(LONGEST_KEY, abs(self.at - end)) if own else LONGEST_KEY
        key = common_end(self.before, data[max(end - LONGEST_KEY, 0) : end], longest)
        after = common_start(self.after, data[line_end : line_end + _LONGEST_AFTER], _LONGEST_AFTER)
        again = bool(self.next_line) and (self.line + text).strip() == self.next_line
        score = key + _HERE * own + _AFTER * after - _NEXT_LINE_AGAIN * again
        return _Place(data, end, key, score, text)

    def in_our_names(self, place: _Place) -> _Place:
        """The place with its text in the names of the cursor's scope, where it differs in one."""
        theirs = place.data[max(place.end - 2 * LONGEST_KEY, 0) : place.end]
        changed = renaming(self.before, theirs, place.key) if place.key < LONGEST_KEY else None
        if changed is None:
            return place
        score = place.score + changed.more / 2
        return _Place(place.data, place.end, place.key, score, changed.apply(theirs, place.text))

    def unknown_names(self, text: bytes) -> int:
        """Names in `text`, the half-typed one with its start, that do not occur around the cursor."""
        typed = re.search(rb"\w*\Z", self.line)
        names = set(_NAME.findall((typed.group() if typed else b"") + text))
        for name in names - self._unknown.keys():
            self._unknown[name] = name not in self.scope
        return sum(self._unknown[name] for name in names)


def _keys(data: bytes, at: int, minimum: int) -> Iterator[bytes]:
    """What is looked for: a long key, which common short ones would hide, and the shortest that says enough."""
    if at >= LONG_KEY > minimum:
        yield data[at - LONG_KEY : at]
    for length in range(minimum, 4 * minimum + 1):
        key = data[max(at - length, 0) : at]
        if len(b"".join(key.split())) >= min(LEAST_SAID, minimum):
            yield key
            return


def _places_here(data: bytes, at: int, key: bytes) -> Iterator[int]:
    """Where the key ends elsewhere in the file: places before the cursor, nearest first, then after it."""
    found = at - len(key)
    for _ in range(PLACES_HERE):
        found = data.rfind(key, max(at - NEAR, 0), found)
        if found < 0:
            break
        yield found + len(key)
    found = at
    for _ in range(PLACES_HERE):
        found = data.find(key, found, at + NEAR)
        if found < 0:
            break
        found += len(key)
        yield found


def _places_elsewhere(here: _Here, index: Index, own: str) -> list[tuple[bytes, int]]:
    """The places that the index knows; of very many, those that agree in a longer key."""
    places = islice(index.places(here.before, without=own), PLACES_LOOKED_AT)
    found = list({(id(text), end): (text, end) for text, end in places}.values())
    length = 8
    while len(found) > PLACES_ELSEWHERE and (length := 2 * length) <= LONGEST_KEY:
        key = here.before[-length:]
        found = [(text, end) for text, end in found if text[end - length : end] == key] or found[:PLACES_ELSEWHERE]
    return found[:PLACES_ELSEWHERE]


def _elected(here: _Here, found: list[_Place]) -> tuple[_Place, float]:
    """The best place of the continuation with most weight, and its share of all weight."""
    groups: dict[bytes, list[_Place]] = defaultdict(list)
    for place in found:
        groups[place.text].append(place)
    top = max(place.score for place in found)
    weights = {
        text: sum(math.exp((place.score - top) / _SOFTNESS) for place in places) for text, places in groups.items()
    }
    for text in sorted(weights, key=lambda text: -weights[text])[:_JUDGED]:
        weights[text] *= math.exp(-_UNKNOWN_NAME * here.unknown_names(text) / _SOFTNESS)
    winner = max(weights, key=lambda text: weights[text])
    best = max(groups[winner], key=lambda place: place.score)
    return best, weights[winner] / sum(weights.values())


def _match(here: _Here, place: _Place, agreement: float) -> Match:
    key = place.data[place.end - place.key : place.end]
    characters = len(b"".join(key.split()))
    return Match(
        text=place.text.decode("utf-8", "replace"),
        key_length=place.key,
        agreement=agreement,
        confidence=confidence(characters, agreement, inside_a_line=bool(here.line.strip())),
        key_characters=characters,
        following=_following(place).decode("utf-8", "replace"),
    )


def _following(place: _Place) -> bytes:
    lines = place.data[_line_end(place.data, place.end) : place.end + 4 * LONGEST_TEXT].splitlines(keepends=True)
    return b"".join(lines[1 : FOLLOWING_LINES + 1])


def _line_end(data: bytes, at: int) -> int:
    found = _LINE_END.search(data, at)
    return found.start() if found else len(data)
