"""Keeps a worker running: starts the best candidate, restarts it when it dies, and goes on to the next one.

A candidate that cannot be loaded, hangs while it loads, or dies again and again is marked broken with its reason
and passed over. Requests wait for the worker that is being started and never see the candidates that failed, unless
none is left.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls import wire
from phi_ls.catalog import unverified_hashes, verified
from phi_ls.errors import NoBackend, PhiLsError, WorkerDied, WorkerError
from phi_ls.inference.client import LINE_LIMIT, WorkerClient
from phi_ls.inference.select import Candidate, choose

if TYPE_CHECKING:
    from phi_ls.journal import Journal

_log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (0.0, 0.5, 2.0)
"""Waits before the first, second and third restart."""
DEATHS_WINDOW_SECONDS = 120.0
"""So many deaths as there are back-offs within this time mark a candidate as broken."""
LOAD_SECONDS = 60.0
LOAD_BYTES_PER_SECOND = 20e6
"""The load deadline: a fixed part, and the time to read and hash the model from a slow disk."""

Listener = Callable[[], None]


class Supervisor:
    """Runs one worker at a time. `changed` is called whenever `state` or the candidates change."""

    def __init__(self, journal: Journal, changed: Listener, *, threads: int = 0) -> None:
        self._journal = journal
        self._changed = changed
        self._threads = threads
        self._ready: asyncio.Future[WorkerClient] | None = None
        self._task: asyncio.Task[None] | None = None
        self._client: WorkerClient | None = None
        self.candidates: tuple[Candidate, ...] = ()
        self.running: Candidate | None = None
        self.state = "off"
        """off, starting, loading, ready or failed"""
        self.failure = ""

    def prepare(self) -> None:
        """Candidates are being looked for: whoever asks for the worker waits."""
        self._waiting()
        self._set("starting")

    def start(self, candidates: tuple[Candidate, ...]) -> None:
        """Begin with the first ready candidate; returns at once."""
        self.candidates = candidates
        self.failure = ""
        self._waiting()
        self._task = asyncio.create_task(self._run())

    def fail(self, reason: str) -> None:
        """Nothing can be started, for a reason that lies before the candidates."""
        self.failure = reason
        ready = self._waiting()
        ready.set_exception(NoBackend((reason,)))
        ready.exception()  # looked at, so that asyncio does not complain when nobody waits
        self._set("failed")

    async def client(self) -> WorkerClient:
        """The loaded worker, waiting for one that is on its way. Raises `NoBackend` when none is left."""
        if self._ready is None:
            raise NoBackend(self.refusals)
        return await asyncio.shield(self._ready)

    @property
    def refusals(self) -> tuple[str, ...]:
        """One line for each candidate that does not run."""
        return tuple(
            f"{c.backend} {c.model}: {c.reason}" for c in self.candidates if c.state not in ("ready", "chosen")
        )

    async def close(self) -> None:
        """End the worker; open streams end as died."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        if self._client is not None:
            await self._client.close()
            self._client = None
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(NoBackend(("phi-ls is shutting down",)))
            self._ready.exception()
        self._set("off")

    async def _run(self) -> None:
        while (candidate := self._next()) is not None:
            reason = await self._serve(candidate)
            self._journal.write("worker", state="replaced", backend=candidate.backend, why=reason)
            self._mark(candidate, state="broken", reason=reason)
        self.failure = str(NoBackend(self.refusals))
        self._set("failed")
        ready = self._waiting()
        ready.set_exception(NoBackend(self.refusals))
        ready.exception()  # looked at, so that asyncio does not complain when nobody waits

    async def _serve(self, candidate: Candidate) -> str:
        """Run one candidate until it is broken; the reason why it is."""
        deaths: deque[float] = deque(maxlen=len(BACK_OFF_SECONDS))
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(BACK_OFF_SECONDS[len(deaths)] if len(deaths) < len(BACK_OFF_SECONDS) else 0)
            try:
                client = await self._load(candidate)
            except PhiLsError as error:
                return str(error)
            except TimeoutError:
                return f"it was not loaded after {_load_deadline(candidate):.0f} s"
            self.running = candidate
            self._set("ready")
            self._waiting().set_result(client)
            await client.ended.wait()
            # At once, before any stream of the dead worker is woken: its caller may ask again without a pause.
            self._ready = loop.create_future()
            self.running = None
            death = client.death()
            self._journal.write("worker", state="died", backend=candidate.backend, why=str(death))
            _log.warning("%s", death)
            await client.close()
            self._set("starting")
            deaths.append(loop.time())
            if len(deaths) == deaths.maxlen and deaths[-1] - deaths[0] < DEATHS_WINDOW_SECONDS:
                return f"it died {len(deaths)} times within {DEATHS_WINDOW_SECONDS:.0f} s; the last time {death}"
            while deaths and loop.time() - deaths[0] > DEATHS_WINDOW_SECONDS:
                deaths.popleft()

    async def _load(self, candidate: Candidate) -> WorkerClient:
        self._set("loading")
        self._journal.write("worker", state="started", backend=candidate.backend, model=candidate.model)
        client = WorkerClient(await _spawn(), self._journal)
        self._client = client
        try:
            facts = await asyncio.wait_for(
                client.load(await asyncio.to_thread(self._request, candidate)),
                timeout=_load_deadline(candidate),
            )
        except (WorkerError, TimeoutError):
            client.kill()
            await client.close()
            raise
        if candidate.local is not None and facts.verified:
            await asyncio.to_thread(verified, candidate.local)
        self._journal.write(
            "worker",
            state="loaded",
            backend=candidate.backend,
            model=candidate.model,
            pid=client.pid,
            ms=facts.ms,
            context_tokens=facts.context_tokens,
        )
        return client

    def _request(self, candidate: Candidate) -> wire.Load:
        local = candidate.local
        if local is None:
            return wire.Load(
                engine=candidate.engine,
                model=os.environ.get("PHI_LS_SCRIPT", ""),
                context_tokens=candidate.context_tokens,
            )
        return wire.Load(
            engine=candidate.engine,
            model=str(local.load_path),
            context_tokens=candidate.context_tokens,
            provider=candidate.provider,
            threads=self._threads,
            end_tokens=local.model.end_tokens,
            files=unverified_hashes(local),
        )

    def _next(self) -> Candidate | None:
        self.candidates = choose(self.candidates)
        return next((c for c in self.candidates if c.state == "chosen"), None)

    def _mark(self, candidate: Candidate, *, state: str, reason: str) -> None:
        same = (candidate.backend, candidate.model, candidate.local)
        self.candidates = tuple(
            replace(c, state="broken", reason=reason) if (c.backend, c.model, c.local) == same else c
            for c in self.candidates
        )
        _log.warning("%s %s is %s: %s", candidate.backend, candidate.model, state, reason)

    def _waiting(self) -> asyncio.Future[WorkerClient]:
        if self._ready is None or self._ready.done():
            self._ready = asyncio.get_running_loop().create_future()
        return self._ready

    def _set(self, state: str) -> None:
        self.state = state
        self._changed()


async def _spawn() -> asyncio.subprocess.Process:
    """Start a worker process; it inherits nothing but the environment."""
    environment = {**os.environ, "ORT_DISABLE_TELEMETRY": "1", "GGML_NO_BACKTRACE": "1"}
    try:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "phi_ls",
            "worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            limit=LINE_LIMIT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise WorkerDied(None, last_words=str(error)) from error


def _load_deadline(candidate: Candidate) -> float:
    size = candidate.local.build.size if candidate.local else 0
    return LOAD_SECONDS + size / LOAD_BYTES_PER_SECOND
