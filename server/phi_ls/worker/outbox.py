"""The tokens of one answer on their way to the server.

A token waits for its successors while they come quickly, never longer than `WAIT_SECONDS` and one misjudged step: a
message per token would cost a fast model more than the model's own work.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phi_ls.wire import Chunk, FromWorker

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_SECONDS = 0.002
"""Nobody sees a letter appear this much later."""


class Outbox:
    """Sends the tokens of the generation `id_`. `flush` is called once more when the answer ends."""

    def __init__(self, id_: int, send: Callable[[FromWorker], None]) -> None:
        self._id = id_
        self._send = send
        self._waiting: list[tuple[str, float]] = []
        self._first_came = self._last_came = 0.0
        # The first token never waits.
        self._step = float("inf")
        self._step_began: float | None = None

    def put(self, text: str, logprob: float) -> None:
        """Take the next token: the text that it completes and its natural-log probability."""
        now = self._last_came = time.monotonic()
        if self._step_began is not None:
            self._step = now - self._step_began
            self._step_began = None
        if not self._waiting:
            self._first_came = now
        self._waiting.append((text, round(logprob, 6)))

    def before_step(self) -> None:
        """Send what cannot wait while the engine makes a step that takes as long as its last one did."""
        # What was done since the last token came is too little to look at the clock again.
        if self._last_came + self._step - self._first_came > WAIT_SECONDS:
            self.flush()
        self._step_began = self._last_came

    def flush(self) -> None:
        """Send what waits."""
        if self._waiting:
            (text, logprob), *more = self._waiting
            self._send(Chunk(id=self._id, text=text, logprob=logprob, more=tuple(more)))
            self._waiting.clear()
