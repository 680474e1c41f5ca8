"""Up to a mebibyte of files in one searchable piece of fixed size.

Every end of a token is entered under a hash of the bytes before it, and every longer word under a hash of its
beginning. A bucket that is full forgets its oldest entry, so a segment may miss places of text that is very common;
what it finds is compared byte by byte and never wrong.
"""

from __future__ import annotations

import re
import time
from array import array
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable

GRAM = 8
"""Bytes before the end of a token that an entry is found by."""
STEM = 5
"""Bytes at the beginning of a longer word that an entry is found by."""
CAPACITY = (1 << 20) - 1
"""Bytes of files that one segment holds; a position takes 20 of the 32 bits of an entry, the hash the other 12."""
_BUCKETS = 1 << 14
_WAYS = 24
_YIELD = 1000
"""Tokens, about a millisecond's work, after which another thread may go on."""
_TOKEN = re.compile(rb"\w+|[^\w\s]")


@dataclass(frozen=True)
class File:
    """One indexed file. `name` is empty once it was dropped."""

    name: str
    data: bytes


@dataclass
class Segment:
    """Files one after the other. One thread may add while another one searches."""

    files: list[File] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)
    used: int = 1
    dead: int = 0
    table: array[int] = field(default_factory=lambda: array("I", bytes(4 * _BUCKETS * _WAYS)))
    counts: bytearray = field(default_factory=lambda: bytearray(_BUCKETS))

    @property
    def memory_bytes(self) -> int:
        """What the table takes; the files come on top."""
        return self.table.itemsize * len(self.table) + len(self.counts)

    def has_room(self, size: int) -> bool:
        """Whether a file of `size` bytes fits in."""
        return self.used + size <= CAPACITY

    def add(self, file: File, stopped: Callable[[], bool] = lambda: False) -> int:
        """Enter a file; its number. Entering ends early once `stopped`."""
        base, data = self.used, file.data
        self.files.append(file)
        self.bases.append(base)
        self.used += len(data) + 1
        for number, token in enumerate(_TOKEN.finditer(data)):
            start, end = token.span()
            if end >= GRAM:
                self._enter(data[end - GRAM : end], base + end)
            if end - start > STEM:
                self._enter(data[start : start + STEM], base + start + STEM)
            if number % _YIELD == _YIELD - 1:
                if stopped():
                    break
                time.sleep(0)
        return len(self.files) - 1

    def drop(self, number: int) -> None:
        """Forget a file; its bytes are freed, its room is not."""
        self.dead += len(self.files[number].data) + 1
        self.files[number] = File("", b"")

    def places(self, key: bytes, rest: bytes) -> list[tuple[File, int]]:
        """Where `key`, `GRAM` or `STEM` bytes long, was entered and `rest` follows: files, and where that ends."""
        hashed = crc32(key)
        first = hashed % _BUCKETS * _WAYS
        tag, whole, found = hashed >> 20 << 20, key + rest, []
        for entry in [entry for entry in self.table[first : first + _WAYS] if tag < entry <= tag | CAPACITY]:
            number = bisect_right(self.bases, entry & CAPACITY) - 1
            file, start = self.files[number], (entry & CAPACITY) - self.bases[number] - len(key)
            if file.data.startswith(whole, start):
                found.append((file, start + len(whole)))
        return found

    def _enter(self, key: bytes, position: int) -> None:
        hashed = crc32(key)
        bucket = hashed % _BUCKETS
        turn = self.counts[bucket]
        self.counts[bucket] = (turn + 1) % _WAYS
        self.table[bucket * _WAYS + turn] = hashed >> 20 << 20 | position
