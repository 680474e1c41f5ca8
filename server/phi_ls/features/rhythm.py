"""How long to wait after a key before the model is asked. Pure: the caller tells the time.

Asking at every key wastes work while somebody types fast; waiting costs them time when they stop. So the pause is what
a typist of this rhythm needs for the next key, less the time that the model takes anyway, and never more than the
setting: mean key interval x factor - mean response time. Deletions and jumps count as keys too.
"""

from __future__ import annotations

MEMORY = 0.2
"""The weight of the newest observation in a running mean."""
FACTOR = 1.3
"""The next key of a steady typist comes within its mean interval times this, nearly always."""
LONGEST_INTERVAL_MS = 1000.0
"""A longer pause says that somebody thinks, and nothing of the rhythm."""


class Rhythm:
    """Running means of the time between keys and of the time to an answer, in ms."""

    def __init__(self) -> None:
        self._interval_ms: float | None = None
        self._response_ms: float | None = None
        self._last_key: float | None = None

    def key(self, now: float) -> None:
        """A key was pressed at `now`, in seconds."""
        if self._last_key is not None:
            interval = (now - self._last_key) * 1000
            if interval <= LONGEST_INTERVAL_MS:
                self._interval_ms = _mean(self._interval_ms, interval)
        self._last_key = now

    def responded(self, ms: float) -> None:
        """The model took so long to answer."""
        self._response_ms = _mean(self._response_ms, ms)

    def pause_ms(self, longest_ms: float, *, measured_ms: float = 0.0) -> float:
        """How long to wait before asking; `longest_ms` while too little is known.

        `measured_ms` is what the model took when it was measured; it counts until it has answered here.
        """
        response = self._response_ms if self._response_ms is not None else measured_ms or None
        if self._interval_ms is None or response is None:
            return longest_ms
        return min(max(self._interval_ms * FACTOR - response, 0.0), longest_ms)


def _mean(before: float | None, value: float) -> float:
    return value if before is None else before + MEMORY * (value - before)
