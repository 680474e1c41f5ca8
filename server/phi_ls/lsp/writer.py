"""Sending to the client from a thread of its own, so that a client that stops reading cannot stop the server.

What waits is bounded. Above `SOFT_LIMIT` bytes, messages that may be lost (progress reports, log lines) are dropped;
everything else still waits its turn. Above `HARD_LIMIT` the client is taken for lost: the queue is emptied, nothing
more is sent and `on_lost` is called, as it is when the pipe breaks.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable

SOFT_LIMIT = 4 * 1024 * 1024
HARD_LIMIT = 64 * 1024 * 1024

_log = logging.getLogger(__name__)


class Writer:
    """Writes whole messages in the order in which they were given. `write` never blocks; any thread may call it."""

    def __init__(
        self,
        stream: BinaryIO,
        on_lost: Callable[[], None],
        *,
        soft_limit: int = SOFT_LIMIT,
        hard_limit: int = HARD_LIMIT,
    ) -> None:
        self._stream = stream
        self._on_lost = on_lost
        self._soft_limit = soft_limit
        self._hard_limit = hard_limit
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._lost = False
        self._closing = False
        self._dropped = 0
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="phi-ls writer", daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many messages were dropped because the client did not read."""
        return self._dropped

    def write(self, data: bytes, *, droppable: bool = False) -> None:
        """Queue one whole message."""
        with self._changed:
            if self._lost or self._closing:
                return
            if droppable and self._bytes + len(data) > self._soft_limit:
                self._dropped += 1
                return
            self._waiting.append(data)
            self._bytes += len(data)
            overfull = self._bytes > self._hard_limit
            self._changed.notify()
        if overfull:
            self._give_up("the client has not read for too long")

    def close(self, timeout: float = 1.0) -> None:
        """Send what waits, for at most `timeout` seconds; later messages are dropped."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(timeout)

    def drain(self, timeout: float) -> bool:
        """Wait until everything is sent; False when that takes longer than `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._bytes and not self._lost:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return not self._bytes
        return not self._lost

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if self._closing or self._lost:
                        return
                    self._changed.wait()
                data = self._waiting.popleft()
            try:
                self._stream.write(data)
                self._stream.flush()
            except (OSError, ValueError) as error:
                self._give_up(f"the pipe to the client is closed ({type(error).__name__})")
                return
            with self._changed:
                self._bytes -= len(data)
                self._changed.notify_all()

    def _give_up(self, reason: str) -> None:
        with self._changed:
            if self._lost:
                return
            self._lost = True
            self._waiting.clear()
            self._bytes = 0
            self._changed.notify_all()
            closing = self._closing
        _log.log(logging.DEBUG if closing else logging.INFO, "sending ended: %s", reason)
        with contextlib.suppress(RuntimeError):  # the event loop may be closed already
            self._on_lost()
