"""Ends this process when a step of the engine hangs for good.

A step that never comes back sees neither a cancel nor the next request, and native code that holds Python's global lock
keeps every thread of ours from running. The timer of `faulthandler` needs no lock: it writes to stderr where the engine
hangs, and exits.
"""

from __future__ import annotations

import faulthandler
import time

STEP_SECONDS = 120.0
"""No step of at most 32 tokens takes this long on a machine that can run the model at all."""

LOAD_SECONDS = 1800.0
"""A load reads gigabytes, perhaps from a slow disk."""

_STDERR = 2
_REARM_SECONDS = 1.0


class Watchdog:
    """One timer for the process. Cheap to set: it is renewed at most once a second."""

    def __init__(self, *, step_seconds: float = STEP_SECONDS, load_seconds: float = LOAD_SECONDS) -> None:
        self._step_seconds = step_seconds
        self._load_seconds = load_seconds
        self._renewed = float("-inf")

    def load_begins(self) -> None:
        """A load is to end, or to call `step_begins`, before its time is up."""
        faulthandler.dump_traceback_later(self._load_seconds, exit=True, file=_STDERR)

    def step_begins(self) -> None:
        """The engine goes on; its next step is to begin, or `rest` to be called, before the time is up."""
        now = time.monotonic()
        if now - self._renewed >= min(_REARM_SECONDS, self._step_seconds / 2):
            self._renewed = now
            faulthandler.dump_traceback_later(self._step_seconds, exit=True, file=_STDERR)

    def rest(self) -> None:
        """The engine computes nothing."""
        faulthandler.cancel_dump_traceback_later()
        self._renewed = float("-inf")
