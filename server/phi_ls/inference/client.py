"""One worker process as the server sees it: requests go in, each gets one stream out.

A stream ends exactly once: done, cancelled, refused or died. Leaving it cancels what still runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from typing import TYPE_CHECKING

from phi_ls import wire
from phi_ls.errors import (
    GenerationFailed,
    LoadFailed,
    PromptTooLong,
    WorkerDied,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from types import TracebackType

    from phi_ls.journal import Journal

_log = logging.getLogger(__name__)

LINE_LIMIT = 1 << 20
"""Bytes of the longest line that a worker may send."""
LAST_WORDS = 5
"""Lines of a worker's stderr that are kept for the message when it dies."""
HANG_SECONDS = 30.0
"""A worker that neither sends nor answers a ping for so long is killed."""


class Stream:
    """The answer to one `Generate`. Use as an async context manager; iterate for the chunks."""

    def __init__(self, client: WorkerClient, request: wire.Generate, ahead: str = "") -> None:
        self._client = client
        self._ahead = ahead
        self._request = request
        self._queue: asyncio.Queue[wire.FromWorker | None] = asyncio.Queue()
        self.started: wire.Started | None = None
        self.done: wire.Done | None = None
        self._ended = False

    async def __aenter__(self) -> Stream:
        try:
            await self._client.open(self._request, self._queue, self._ahead)
        except asyncio.CancelledError:  # it is on its way, and nobody will leave what nobody has entered
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._ended:
            self.cancel()
        self._client.forget(self._request.id)

    def cancel(self) -> None:
        """Ask the worker to stop; the chunks that it had sent still come, then `done` says cancelled."""
        self._client.send(wire.Cancel(id=self._request.id))

    async def __aiter__(self) -> AsyncIterator[wire.Chunk]:
        """A chunk for each token until the stream ends. Raises `PromptTooLong`, `GenerationFailed` or `WorkerDied`."""
        while not self._ended:
            message = await self._queue.get()
            match message:
                case wire.Chunk():
                    for token in message.tokens():
                        yield token
                case wire.Started():
                    self.started = message
                case wire.Done():
                    self._ended, self.done = True, message
                case wire.Refused():
                    self._ended = True
                    raise _refusal(message)
                case None:
                    self._ended = True
                    raise self._client.death()


class WorkerClient:
    """Speaks to one started worker process."""

    def __init__(self, process: asyncio.subprocess.Process, journal: Journal) -> None:
        self._process = process
        self._journal = journal
        self._streams: dict[int, asyncio.Queue[wire.FromWorker | None]] = {}
        self._ahead: dict[int, str] = {}
        self._next_id = 0
        self._loaded: asyncio.Future[wire.Loaded] = asyncio.get_running_loop().create_future()
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._heard = asyncio.Event()
        self.ended = asyncio.Event()
        self.facts: wire.Loaded | None = None
        self._tasks = [
            asyncio.create_task(self._read_messages()),
            asyncio.create_task(self._read_errors()),
            asyncio.create_task(self._watch()),
        ]

    @property
    def pid(self) -> int:
        """The process id, for tests and the journal."""
        return self._process.pid

    async def load(self, request: wire.Load) -> wire.Loaded:
        """Load the model. Raises `LoadFailed` or `WorkerDied`."""
        self.send(request)
        self.facts = await asyncio.shield(self._loaded)
        return self.facts

    def generate(
        self,
        parts: Sequence[wire.Part],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        sequence: str = "typing",
        heal: bool = False,
        drafts: Sequence[str] = (),
        ahead: str = "",
    ) -> Stream:
        """The stream for a prompt (see `wire.Generate`); nothing is sent before it is entered.

        `ahead` says what it is for when nobody has asked for it yet; the journal then calls it `ahead`.
        """
        self._next_id += 1
        request = wire.Generate(
            id=self._next_id,
            parts=tuple(parts),
            max_tokens=max_tokens,
            stop=tuple(stop),
            sequence=sequence,
            heal=heal,
            drafts=tuple(drafts),
        )
        return Stream(self, request, ahead)

    async def open(self, request: wire.Generate, queue: asyncio.Queue[wire.FromWorker | None], ahead: str = "") -> None:
        """Send a request whose answers go to `queue`. Raises `WorkerDied` when the process is gone."""
        if self.ended.is_set():
            raise self.death()
        self._streams[request.id] = queue
        if ahead:
            self._ahead[request.id] = ahead
        self._write(request.id, "asked", max_tokens=request.max_tokens, drafts=len(request.drafts))
        self.send(request)
        await self._drain()

    def forget(self, request_id: int) -> None:
        """Drop what still arrives for a request."""
        self._streams.pop(request_id, None)

    def send(self, message: wire.ToWorker) -> None:
        """Write a message; a worker that is gone is noticed by its reader, not here."""
        if isinstance(message, wire.Cancel):
            self._journal.write("cancel", id=message.id)
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(wire.encode(message))

    async def close(self) -> None:
        """End the process: close its input, wait a moment, then kill it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            # Not `wait_for`: in Python 3.11 it loses a cancel that comes in the moment in which the process ends.
            async with asyncio.timeout(2.0):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._finish()

    def kill(self) -> None:
        """Kill the process at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def death(self) -> WorkerDied:
        """The error for a request that the process took with it."""
        return WorkerDied(self._process.returncode, last_words=" | ".join(self._last_words))

    async def _drain(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(ConnectionError):
                await self._process.stdin.drain()

    async def _read_messages(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        try:
            while line := await self._process.stdout.readline():
                self._heard.set()
                try:
                    self._deliver(wire.decode(line))
                except wire.WireError:
                    _log.warning("the worker sent a line that is no message (%d bytes)", len(line))
        except (ValueError, ConnectionError):
            _log.warning("the worker's pipe broke")
            self.kill()
        await self._process.wait()
        self._finish()

    def _deliver(self, message: wire.Message) -> None:
        match message:
            case wire.Loaded():
                if not self._loaded.done():
                    self._loaded.set_result(message)
            case wire.Refused(id=None):
                if not self._loaded.done():
                    self._loaded.set_exception(_refusal(message))
            case wire.Idle():
                self._journal.write("idle")
            case wire.Started() | wire.Chunk() | wire.Done() | wire.Refused():
                self._note(message)
                queue = self._streams.get(message.id) if message.id is not None else None
                if queue is not None:
                    queue.put_nowait(message)
            case _:
                pass

    def _note(self, message: wire.FromWorker) -> None:
        match message:
            case wire.Started(id=number, prompt_tokens=prompt, reused_tokens=reused):
                self._write(number, "prefilled", prompt_tokens=prompt, reused_tokens=reused)
            case wire.Done(id=number, finish_reason=reason, statistics=numbers):
                self._write(
                    number,
                    "ended",
                    finish_reason=reason,
                    prompt_tokens=numbers.prompt_tokens,
                    reused_tokens=numbers.reused_tokens,
                    prefilled_tokens=numbers.prefilled_tokens,
                    new_tokens=numbers.new_tokens,
                    healed_tokens=numbers.healed_tokens,
                    drafted_tokens=numbers.drafted_tokens,
                    accepted_tokens=numbers.accepted_tokens,
                    ms_first_token=numbers.ms_first_token,
                    ms_total=numbers.ms_total,
                )
                self._ahead.pop(number, None)
            case wire.Refused(id=number) if number is not None:
                self._ahead.pop(number, None)
            case _:
                pass

    def _write(self, number: int, state: str, **fields: object) -> None:
        ahead = self._ahead.get(number)
        if ahead:
            self._journal.write("ahead", id=number, state=state, rank=ahead, text=None, **fields)
        else:
            self._journal.write("generation", id=number, state=state, text=None, **fields)

    async def _read_errors(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - it was started with a pipe
        while True:
            try:
                line = await self._process.stderr.readline()
            except ValueError:  # longer than the limit, as a bar of progress may be; who stops reading stops the worker
                continue
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._last_words.append(text[:200])

    async def _watch(self) -> None:
        """Kill a worker that computes but gives no sign of life; one that only waits is left alone."""
        number = 0
        while not self.ended.is_set():
            self._heard.clear()
            number += 1
            asked = bool(self._streams)
            if asked:
                self.send(wire.Ping(number=number))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), timeout=HANG_SECONDS)
            if asked and self._streams and not self._heard.is_set():
                self._last_words.append(f"it gave no sign of life for {HANG_SECONDS:.0f} s and was stopped")
                self.kill()
            await asyncio.sleep(1.0)

    def _finish(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        if not self._loaded.done():
            self._loaded.set_exception(self.death())
        if self._loaded.done() and not self._loaded.cancelled():
            self._loaded.exception()  # looked at, so that asyncio does not complain when nobody waits
        for queue in self._streams.values():
            queue.put_nowait(None)


def _refusal(message: wire.Refused) -> Exception:
    match message.reason:
        case "too-long":
            return PromptTooLong(message.found_tokens, message.limit_tokens)
        case "load" | "damaged":
            return LoadFailed(message.message)
        case _:
            return GenerationFailed(message.message)
