"""A line that says how far a run is; on a terminal only."""

from __future__ import annotations

import time
from typing import TextIO

WIDTH = 30


class Progress:
    """Writes over its own line on `stream`; does nothing where that is no terminal."""

    def __init__(self, stream: TextIO, total: int, name: str = "") -> None:
        self._stream = stream if stream.isatty() else None
        self._total = total
        self._name = f"{name} " if name else ""
        self._began = time.monotonic()

    def __call__(self, done: int) -> None:
        """Show that `done` of the total are done; the last one ends the line."""
        if self._stream is None:
            return
        filled = WIDTH * done // max(self._total, 1)
        spent = time.monotonic() - self._began
        left = f", {spent / done * (self._total - done):.0f} s left" if 0 < done < self._total else ""
        bar = "#" * filled + "." * (WIDTH - filled)
        end = "\n" if done >= self._total else ""
        self._stream.write(f"\r{self._name}[{bar}] {done}/{self._total}{left}\x1b[K{end}")
        self._stream.flush()
