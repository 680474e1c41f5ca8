"""What the server sends, read by a thread of its own, so that a cancel or its end is seen while the engine works.

A line that is no message costs one line on stderr and nothing else. When the server's pipe ends, so does this process,
even if the engine never comes back from its step.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

from phi_ls.wire import Message, WireError, decode

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE_SECONDS = 1.0
"""How long a step of the engine may go on after the pipe has ended."""


class Inbox:
    """The messages of one pipe, in their order. `start` begins to read it."""

    def __init__(self, stream: BinaryIO, *, grace_seconds: float = GRACE_SECONDS) -> None:
        self._stream = stream
        self._grace_seconds = grace_seconds
        self._queue: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.closed = False
        """The pipe has ended; nothing more comes."""

    def start(self, arrived: Callable[[Message | None], None]) -> None:
        """Read on; `arrived` is told of each message at once, in the reader's thread, and of the end (None)."""
        threading.Thread(target=self._read, args=(arrived,), name="phi-ls-inbox", daemon=True).start()

    def get(self) -> Message | None:
        """The next message, waiting for it; None when the pipe has ended."""
        return None if self.closed else self._queue.get()

    def poll(self) -> Message | None:
        """The next message if there is one."""
        if self._queue.empty():
            return None
        return self._queue.get()

    def _read(self, arrived: Callable[[Message | None], None]) -> None:
        for line in self._stream:
            try:
                message = decode(line)
            except WireError:
                # The line may hold a user's code, so only its size is told.
                report(f"skipped a line of {len(line)} bytes that is no message")
                continue
            arrived(message)
            self._queue.put(message)
        self.closed = True
        arrived(None)
        self._queue.put(None)
        time.sleep(self._grace_seconds)
        os._exit(0)


def report(text: str) -> None:
    """One line on stderr, which the server keeps in its log."""
    sys.stderr.write(f"phi-ls worker: {text}\n")
    sys.stderr.flush()
