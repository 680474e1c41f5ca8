"""Near-duplicates: files that share most of their lines with what was kept before, or any with what is held out.

A file is seen as its windows of five lines, blank lines and indentation aside. The order of the calls decides which
of two copies stays, so it is part of the corpus' definition.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

WINDOW = 5
_MASK = (1 << 61) - 1


def windows(text: str) -> tuple[int, ...]:
    """A number for each run of five lines that are not blank; a shorter text has one."""
    hashes = [zlib.crc32(line.strip().encode("utf-8")) for line in text.splitlines() if line.strip()]
    count = max(1, len(hashes) - WINDOW + 1)
    found = []
    for start in range(count):
        number = 17
        for value in hashes[start : start + WINDOW]:
            number = (number * 1_000_003 + value) & _MASK
        found.append(number)
    return tuple(found)


@dataclass
class Seen:
    """What has been kept and what is held out, as windows."""

    kept: set[int] = field(default_factory=set)
    held_out: set[int] = field(default_factory=set)

    def hold_out(self, text: str) -> None:
        """From here on, nothing that resembles `text` is accepted."""
        self.held_out.update(windows(text))

    def accept(self, text: str, *, seen_share: float = 0.4, held_out_share: float = 0.05) -> bool:
        """Whether `text` is new; if so, it counts as seen."""
        found = windows(text)
        limit = len(found)
        if sum(window in self.held_out for window in found) > held_out_share * limit:
            return False
        if sum(window in self.kept for window in found) >= seen_share * limit:
            return False
        self.kept.update(found)
        return True
