"""How far a long job is: bytes done, rate and time left, told a few times a second."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

TELL_SECONDS = 0.2
RATE_SECONDS = 5.0


@dataclass(frozen=True)
class State:
    """A moment of a job. `rate` in bytes per second over the last seconds, `left` in seconds; None: not known yet."""

    doing: str
    file: str
    done: int
    total: int
    rate: float | None
    left: float | None


class Progress:
    """Counts bytes and tells `listener`; without one it only counts."""

    def __init__(self, total: int, listener: Callable[[State], None] | None) -> None:
        self._total = total
        self._listener = listener
        self._done = 0
        self._doing = self._file = ""
        self._told = 0.0
        self._seen: deque[tuple[float, int]] = deque()

    def begin(self, doing: str, file: str) -> None:
        """Something else is done now; told at once."""
        self._doing, self._file = doing, file
        self._seen.clear()
        self._tell()

    def held(self, size: int) -> None:
        """Bytes that were there before; they count as done, not for the rate."""
        self._done += size
        self._tell()

    def grow(self, size: int) -> None:
        """Bytes that were done just now."""
        now = time.monotonic()
        self._done += size
        self._seen.append((now, size))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()
        if now - self._told >= TELL_SECONDS:
            self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        if self._listener is None:
            return
        rate = self._rate()
        left = (self._total - self._done) / rate if rate else None
        self._listener(State(self._doing, self._file, self._done, self._total, rate, left))

    def _rate(self) -> float | None:
        if len(self._seen) < 2:
            return None
        seconds = self._seen[-1][0] - self._seen[0][0]
        return (sum(size for _, size in self._seen) - self._seen[0][1]) / seconds if seconds > 0 else None
