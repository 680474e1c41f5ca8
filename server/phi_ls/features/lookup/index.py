"""An index of other files: incremental by file, bounded in bytes, asked in well under a millisecond.

Files live in segments of a mebibyte. A file that changes is entered again and its old text dropped; a segment that is
mostly dropped text is made anew. Above the limit the oldest segment is forgotten.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from phi_ls.features.lookup.segment import CAPACITY, GRAM, STEM, File, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_BYTES = 20 * (1 << 20)
LARGEST_FILE = 512 * 1024
_UNFINISHED = re.compile(rb"\s*(\w*)\Z")


def path_of(uri: str) -> Path | None:
    """The file that a URI names; None for one that names no file."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    path = unquote(parts.path)
    if sys.platform == "win32":
        path = path.lstrip("/") if not parts.netloc else f"//{parts.netloc}{path}"
    return Path(path)


def name_of(uri: str) -> str:
    """One name for a document, however a client spells its URI."""
    path = path_of(uri)
    return uri if path is None else os.path.normcase(path)


class Index:
    """Texts by name (`name_of`). One thread may put and drop while another one asks."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._most_segments = max(limit_bytes // (CAPACITY + 1), 1)
        self._segments: list[Segment] = []
        self._where: dict[str, tuple[Segment, int]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._where

    def __len__(self) -> int:
        return len(self._where)

    @property
    def characters(self) -> int:
        """Bytes of text that can be found."""
        return sum(len(file.data) for segment in self._segments for file in segment.files)

    @property
    def memory_bytes(self) -> int:
        """What texts and tables take."""
        return self.characters + sum(segment.memory_bytes for segment in self._segments)

    @property
    def is_full(self) -> bool:
        """Whether another file would make the index forget older ones."""
        return len(self._segments) == self._most_segments and not self._segments[-1].has_room(LARGEST_FILE)

    def put(self, name: str, data: bytes, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Enter a file, in place of its older text; False when it is too large, or the same as before."""
        known = self._where.get(name)
        if known is not None and known[0].files[known[1]].data == data:
            return False
        self.drop(name)
        if len(data) > LARGEST_FILE:
            return False
        segment = self._segment_for(len(data))
        self._where[name] = segment, segment.add(File(name, data), stopped)
        return True

    def drop(self, name: str) -> None:
        """Forget a file."""
        known = self._where.pop(name, None)
        if known is None:
            return
        segment, number = known
        segment.drop(number)
        if segment.dead > CAPACITY // 2:
            self._remake(segment)

    def places(self, before: bytes, *, without: str = "") -> Iterator[tuple[bytes, int]]:
        """Texts and the positions in them that are preceded by the end of `before`, but in the file `without`.

        The unfinished word at the end of `before` and the blanks before it agree and `GRAM` bytes more, or the word
        alone and at least `STEM` bytes of it. A place may come twice.
        """
        for key, rest in _keys(before):
            for segment in self._segments[::-1]:
                for file, end in segment.places(key, rest):
                    if file.name != without:
                        yield file.data, end

    def _segment_for(self, size: int) -> Segment:
        if self._segments and self._segments[-1].has_room(size):
            return self._segments[-1]
        if len(self._segments) == self._most_segments:
            self._forget(self._segments[0])
        segment = Segment()
        self._segments.append(segment)
        return segment

    def _forget(self, segment: Segment) -> None:
        self._segments.remove(segment)
        for file in segment.files:
            self._where.pop(file.name, None)

    def _remake(self, segment: Segment) -> None:
        kept = [file for file in segment.files if file.name]
        self._forget(segment)
        for file in kept:
            self.put(file.name, file.data)


def _keys(before: bytes) -> Iterator[tuple[bytes, bytes]]:
    """What to look for, and what must follow it."""
    unfinished = _UNFINISHED.search(before, max(len(before) - 200, 0))
    word = len(before) if unfinished is None else unfinished.start(1)
    blanks = len(before) if unfinished is None else unfinished.start()
    if blanks >= GRAM and before[blanks - GRAM : blanks].strip():
        yield before[blanks - GRAM : blanks], before[blanks:]
    if len(before) - word >= STEM:
        yield before[word : word + STEM], before[word + STEM :]
