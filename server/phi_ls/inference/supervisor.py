"""Keeps a worker running: starts the best candidate, restarts it when it dies, and goes on to the next one.

A candidate that cannot be loaded, hangs while it loads, or dies again and again is marked broken with its reason
and passed over. Requests wait for the worker that is being started and never see the candidates that failed, unless
none is left.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from phi_ls.catalog import verified
from phi_ls.errors import NoBackend, PhiLsError, WorkerDied, WorkerError
from phi_ls.inference import canary, launch
from phi_ls.inference.client import WorkerClient
from phi_ls.inference.records import Record, Records
from phi_ls.inference.select import Candidate, choose, refusals

if TYPE_CHECKING:
    from phi_ls.journal import Journal

_log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (0.0, 0.5, 2.0)
"""Waits before the first, second and third restart."""
DEATHS_WINDOW_SECONDS = 120.0
"""So many deaths as there are back-offs within this time mark a candidate as broken."""

Listener = Callable[[], None]


class Supervisor:
    """Runs one worker at a time. `changed` is called whenever `state` or the candidates change."""

    def __init__(
        self, journal: Journal, changed: Listener, *, threads: int = 0, records: Records | None = None
    ) -> None:
        self._journal = journal
        self._records = records
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
        """One line for each reason for which candidates do not run."""
        return refusals(self.candidates)

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
            self._set("loading")
            await asyncio.sleep(BACK_OFF_SECONDS[len(deaths)] if len(deaths) < len(BACK_OFF_SECONDS) else 0)
            try:
                client, candidate = await load(candidate, self._journal, threads=self._threads, records=self._records)
            except PhiLsError as error:
                return str(error)
            except Exception as error:  # whatever it is, those who wait must hear of it
                _log.exception("%s could not be started", candidate.backend)
                return f"it could not be started ({type(error).__name__})"
            self._client = client
            self._replace(candidate)
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
                reason = f"it died {len(deaths)} times within {DEATHS_WINDOW_SECONDS:.0f} s; the last time {death}"
                remember_broken(candidate, reason, self._records)
                return reason
            while deaths and loop.time() - deaths[0] > DEATHS_WINDOW_SECONDS:
                deaths.popleft()

    def _next(self) -> Candidate | None:
        self.candidates = choose(self.candidates)
        return next((c for c in self.candidates if c.state == "chosen"), None)

    def _mark(self, candidate: Candidate, *, state: str, reason: str) -> None:
        self._replace(replace(candidate, state="broken", reason=reason))
        _log.warning("%s %s is %s: %s", candidate.backend, candidate.model, state, reason)

    def _replace(self, candidate: Candidate) -> None:
        """Put `candidate` in the place of what was known of it."""
        same = (candidate.backend, candidate.model, candidate.local)
        self.candidates = tuple(candidate if (c.backend, c.model, c.local) == same else c for c in self.candidates)

    def _waiting(self) -> asyncio.Future[WorkerClient]:
        if self._ready is None or self._ready.done():
            self._ready = asyncio.get_running_loop().create_future()
        return self._ready

    def _set(self, state: str) -> None:
        self.state = state
        self._changed()


async def load(
    candidate: Candidate, journal: Journal, *, threads: int = 0, records: Records | None = None
) -> tuple[WorkerClient, Candidate]:
    """A worker with the candidate's model, and the candidate with its figures.

    The first time, canaries are asked, and what they show is remembered. Raises `WorkerError` or `canary.Garbage`.
    """
    started = {"backend": candidate.backend, "model": candidate.model, "python": candidate.python}
    journal.write("worker", state="started", **started)
    if candidate.address:
        journal.write("network", purpose="remote", host=urlsplit(candidate.address).netloc)
    client = WorkerClient(await launch.spawn(candidate), journal)
    try:
        await _load(client, candidate, journal, threads)
        if records is not None and candidate.key and candidate.measured is None:
            facts = client.facts
            ms, context = (facts.ms, facts.context_tokens) if facts else (0.0, candidate.context_tokens)
            record = await canary.examine(client, context_tokens=context, load_ms=ms)
            journal.write(
                "worker", state="examined", backend=candidate.backend, model=candidate.model, key=candidate.key
            )
            await asyncio.to_thread(records.keep, candidate.key, record)
            candidate = replace(candidate, measured=record)
    except BaseException as error:
        client.kill()
        await client.close()
        if isinstance(error, WorkerDied | canary.Garbage | _Hung):
            await asyncio.to_thread(remember_broken, candidate, str(error), records)
        raise
    return client, candidate


def remember_broken(candidate: Candidate, reason: str, records: Records | None) -> None:
    """Remember that the candidate crashes, hangs or computes rubbish, until something about it changes."""
    if records is not None and candidate.key:
        records.keep(candidate.key, Record(broken=reason, when=time.time()))


class _Hung(WorkerError):
    """A load that does not end."""


async def _load(client: WorkerClient, candidate: Candidate, journal: Journal, threads: int) -> None:
    deadline = launch.load_deadline(candidate)
    request = await asyncio.to_thread(launch.load_request, candidate, threads=threads)
    try:
        async with asyncio.timeout(deadline):
            facts = await client.load(request)
    except TimeoutError as error:
        raise _Hung(f"it was not loaded after {deadline:.0f} s") from error
    if candidate.local is not None and facts.verified:
        await asyncio.to_thread(verified, candidate.local)
    journal.write(
        "worker",
        state="loaded",
        backend=candidate.backend,
        model=candidate.model,
        pid=client.pid,
        ms=facts.ms,
        context_tokens=facts.context_tokens,
        sequences=facts.sequences,
        four_cost=facts.four_cost,
        speculates=facts.speculates,
    )
