"""The worker's one loop: loads a model and generates, one request after the other, in the order they came.

A cancel and a ping are answered between two steps of the engine. An error of the engine ends its request with `Refused`
and nothing else: the loop goes on until the pipe ends.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from phi_ls.errors import ModelDamaged, PromptTooLong
from phi_ls.wire import (
    Cancel,
    Done,
    FromWorker,
    Generate,
    Idle,
    Load,
    Loaded,
    Message,
    Ping,
    Pong,
    Refused,
    Statistics,
)
from phi_ls.worker import engines, memory
from phi_ls.worker.inbox import report
from phi_ls.worker.options import Options
from phi_ls.worker.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.worker.engine import Engine
    from phi_ls.worker.inbox import Inbox
    from phi_ls.worker.model import Model
    from phi_ls.worker.watchdog import Watchdog


class Loop:
    """Serves one pipe. `send` writes a message at once; `run` is called once."""

    def __init__(self, inbox: Inbox, send: Callable[[FromWorker], None], watchdog: Watchdog) -> None:
        self._inbox = inbox
        self._send = send
        self._watchdog = watchdog
        self._waiting: deque[Load | Generate] = deque()
        self._model: Model | None = None
        self._running = _Running()
        self._idle = True

    def run(self) -> None:
        """Serve until the pipe ends."""
        self._inbox.start(self._running.notice)
        while (request := self._next()) is not None:
            try:
                if isinstance(request, Load):
                    self._load(request)
                else:
                    self._generate(request)
            finally:
                self._watchdog.rest()

    def _next(self) -> Load | Generate | None:
        """The next request, waiting for it; None when the pipe has ended."""
        self._attend()
        while not self._waiting and not self._inbox.closed:
            if not self._idle:
                self._idle = True
                self._send(Idle())
            message = self._inbox.get()
            if message is not None:
                self._take(message)
        return None if self._inbox.closed else self._waiting.popleft()

    def _attend(self) -> None:
        """Take what has arrived, without waiting for more."""
        while (message := self._inbox.poll()) is not None:
            self._take(message)

    def _take(self, message: Message) -> None:
        match message:
            case Load() | Generate():
                self._waiting.append(message)
                self._idle = self._idle and isinstance(message, Load)
            case Cancel(id=wanted):
                # The reader's thread saw the cancel too, but perhaps before its generation began.
                self._running.notice(message)
                for request in [item for item in self._waiting if isinstance(item, Generate) and item.id == wanted]:
                    self._waiting.remove(request)
                    self._send(Done(id=wanted, finish_reason="cancelled", statistics=Statistics()))
            case Ping(number=number):
                self._send(Pong(number=number))
            case _:
                report(f"skipped a message of type {type(message).__name__}, which only a worker sends")

    def _load(self, request: Load) -> None:
        began = time.monotonic()
        self._unload()
        try:
            verify(request.model, request.files, self._attend)
            self._watchdog.load_begins()
            self._model = _opened(request)
        except ModelDamaged as error:
            self._send(Refused(id=None, reason="damaged", message=str(error)))
        except Exception as error:
            self._send(Refused(id=None, reason="load", message=_said(error)))
        else:
            self._send(_loaded(request, self._model, ms=(time.monotonic() - began) * 1000))

    def _unload(self) -> None:
        if self._model is not None:
            engine = self._model.engine
            self._model = None
            engine.close()

    def _generate(self, request: Generate) -> None:
        if self._model is None:
            message = "no model is loaded; send a load first"
            self._send(Refused(id=request.id, reason="failed", message=message))
            return
        # numpy, which this module imports, is not needed before there is a model.
        from phi_ls.worker.generation import Generation

        self._running.begin(request.id, self._model.engine)
        try:
            Generation(self._model, request, send=self._send, unwanted=self._unwanted).run()
        except PromptTooLong as error:
            self._send(
                Refused(
                    id=request.id,
                    reason="too-long",
                    message=str(error),
                    found_tokens=error.found_tokens,
                    limit_tokens=error.limit_tokens,
                )
            )
        except Exception as error:
            self._send(Refused(id=request.id, reason="failed", message=_said(error)))
        finally:
            self._running.end()

    def _unwanted(self) -> bool:
        self._watchdog.step_begins()
        self._attend()
        return self._running.cancelled


class _Running:
    """The generation that runs, shared with the reader's thread, which interrupts its engine when it is cancelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._id: int | None = None
        self._engine: Engine | None = None
        self._ended = False
        self.cancelled = False

    def begin(self, id_: int, engine: Engine) -> None:
        with self._lock:
            self._id, self._engine, self.cancelled = id_, engine, self._ended
            engine.interrupt(self._ended)

    def end(self) -> None:
        with self._lock:
            self._id = self._engine = None

    def notice(self, message: Message | None) -> None:
        """See a message, or the end of the pipe (None), the moment it arrives."""
        with self._lock:
            self._ended = self._ended or message is None
            if self._engine is not None and (
                message is None or (isinstance(message, Cancel) and message.id == self._id)
            ):
                self.cancelled = True
                self._engine.interrupt(True)


def _opened(request: Load) -> Model:
    options = Options.read(request.options)
    engine = engines.load(request)
    # numpy, which this module imports, is there where an engine is.
    from phi_ls.worker.model import Model

    try:
        return Model.open(engine, options)
    except Exception:
        engine.close()
        raise


def _loaded(request: Load, model: Model, *, ms: float) -> Loaded:
    engine = model.engine
    return Loaded(
        engine=engine.name,
        engine_version=engine.version,
        model=request.model,
        context_tokens=engine.context_tokens,
        vocabulary=engine.vocabulary,
        ms=round(ms, 3),
        memory_bytes=memory.resident_bytes() or 0,
        verified=bool(request.files),
        system=engine.system,
        sequences=engine.sequences,
        four_cost=model.four_cost,
        speculates=model.speculates,
    )


def _said(error: Exception) -> str:
    """One line for the server: our own errors as they are, others with their type."""
    text = " ".join(str(error).split())
    own = type(error).__module__.startswith("phi_ls.")
    return text if own and text else f"{type(error).__name__}: {text}"
