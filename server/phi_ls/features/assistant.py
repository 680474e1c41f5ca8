"""What all features share: settings, the model, the scheduler, caches and the last decision.

An assistant knows no editor. The language server and the command line each make one, start it, and hand it sources.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from phi_ls.catalog import LocalModel, local_models, model_at, read_catalog
from phi_ls.context import Budget
from phi_ls.errors import CatalogError, ModelNotFound
from phi_ls.features.cache import CompletionCache
from phi_ls.features.calibration import Calibration, Calibrations
from phi_ls.features.epochs import Epochs
from phi_ls.features.explanations import Explanations
from phi_ls.features.following import Following
from phi_ls.features.lookup import Neighbours
from phi_ls.features.rhythm import Rhythm
from phi_ls.features.unasked import Silence, withheld
from phi_ls.features.warmth import Warmth
from phi_ls.features.why import outcome
from phi_ls.hardware import HardwareReport, on_mains, probe
from phi_ls.inference.installed import installed_engines
from phi_ls.inference.records import Records
from phi_ls.inference.schedule import Scheduler
from phi_ls.inference.select import Candidate, rank
from phi_ls.inference.supervisor import Supervisor
from phi_ls.journal import Journal
from phi_ls.prompt import Profile, profile
from phi_ls.settings import Settings
from phi_ls.syntax import Tree, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from phi_ls.features.flight import Flight
    from phi_ls.text import Source

State: TypeAlias = Literal["starting", "loading", "ready", "busy", "failed", "off"]

TREES = 16
"""Documents whose last tree is kept for the next parse."""
CHARS_PER_TOKEN = 2.5
"""A cautious first guess for code; the model's own counts replace it."""
DENSITY_STEP = 0.25
DECISIONS = 50
"""Completions whose fate is remembered."""


@dataclass(frozen=True)
class Status:
    """What runs, for a status item. `refusals` has a line for each candidate that does not."""

    state: State
    backend: str
    engine: str
    model: str
    starter: bool
    message: str
    refusals: tuple[str, ...]
    withheld: str = ""
    """Why completions of the model are shown only when they are asked for; "" when they are shown while one types."""
    hint: str = ""
    """What to do about that, told to who has typed for long and was shown nothing, once on a machine; else ""."""


@dataclass(frozen=True)
class Decision:
    """What was decided about the last completion, and why: the answer to "why no suggestion?"."""

    what: str
    why: str


class Assistant:
    """Settings, model and caches of one server. Every method must be called from one event loop."""

    def __init__(self, settings: Settings | None = None, journal: Journal | None = None) -> None:
        self.settings = settings or Settings()
        self.journal = journal or Journal.from_environment()
        self.completions = CompletionCache()
        self.decisions: deque[dict[str, Any]] = deque(maxlen=DECISIONS)
        """The journal's events of the last completions, oldest first."""
        self.last_prompt = ""
        self.flight: Flight | None = None
        """The completion that is being generated, or the last one."""
        self.epochs = Epochs()
        self.rhythm = Rhythm()
        self.silence = Silence()
        self._hint = ""
        self.newest: Callable[[str], Source | None] = lambda _uri: None
        """The newest text of a document, from who keeps the documents."""
        self.calibrations = Calibrations()
        self.neighbours = Neighbours()
        """The files around the open ones, for lookups."""
        self.explanations = Explanations()
        self.open_sources: Callable[[], Iterable[Source]] = tuple
        """The open documents, from who keeps them."""
        self.eager = False
        """Whether completions and prompts are computed ahead: there is somebody who types."""
        self.mains: Callable[[], bool] = on_mains
        self.following = Following(self)
        self.warmth = Warmth(self)
        self._trees: OrderedDict[str, Tree] = OrderedDict()
        self._listeners: list[Callable[[Status], None]] = []
        self._chars_per_token = CHARS_PER_TOKEN
        self._ticket = 0
        self._last_place = ("", 0, 0)
        self._replacing = asyncio.Lock()
        self._restart: asyncio.Task[None] | None = None
        self._closed = False
        self.records = Records()
        self.supervisor = self._new_supervisor()
        self.scheduler = Scheduler(lambda: self.supervisor.client())

    async def start(self) -> None:
        """Probe the machine and begin to load the best candidate; returns before it is loaded."""
        if not self.settings.enable:
            return
        supervisor = self.supervisor
        supervisor.prepare()
        try:
            _report, candidates = await asyncio.to_thread(self.examine)
        except CatalogError as error:
            supervisor.fail(str(error))
            return
        if not self._closed:
            supervisor.start(candidates)

    async def configure(self, settings: Settings) -> None:
        """Take new settings; the worker is replaced only when a setting that it was started with changed."""
        cold = ("enable", "backend", "model", "remote", "allow_fallback", "context_tokens", "threads")
        restart = any(getattr(settings, name) != getattr(self.settings, name) for name in cold)
        self.settings = settings
        if restart:
            await self.restart()
        else:
            self._changed()

    async def restart(self) -> None:
        """Replace the worker, and forget what the old model said. Requests that come meanwhile wait for the new one.

        Whoever is cancelled here leaves it to be done to its end: half a restart would leave nothing that starts.
        """
        await self._replacing.acquire()
        self._restart = asyncio.create_task(self._start_anew(self.supervisor))
        self._restart.add_done_callback(lambda _task: self._replacing.release())
        self.supervisor = self._new_supervisor()
        if self.settings.enable:
            self.supervisor.prepare()
        self.following.stop()
        self.warmth.stop()
        await asyncio.shield(self._restart)

    async def _start_anew(self, old: Supervisor) -> None:
        await old.close()
        self.flight = None
        self.completions.clear()
        self.epochs.clear()
        self._chars_per_token = CHARS_PER_TOKEN
        await self.start()

    async def close(self) -> None:
        """End the worker."""
        self._closed = True
        self.following.stop()
        self.warmth.stop()
        await self.neighbours.close()
        await self.supervisor.close()

    @property
    def candidate(self) -> Candidate | None:
        """The candidate that runs, or the one that is being started."""
        running = self.supervisor.running
        return running or next((c for c in self.supervisor.candidates if c.state == "chosen"), None)

    @property
    def status(self) -> Status:
        """What runs at this moment."""
        candidate = self.candidate
        state: State = self.supervisor.state  # type: ignore[assignment]
        if state == "ready" and self.scheduler.busy:
            state = "busy"
        local = candidate.local if candidate else None
        return Status(
            state=state if self.settings.enable else "off",
            backend=candidate.backend if candidate else "",
            engine=candidate.engine if candidate else "",
            model=candidate.model if candidate else "",
            starter=local.model.starter if local else False,
            message=self.supervisor.failure or _notice(candidate),
            refusals=self.supervisor.refusals,
            withheld=self.withheld,
            hint=self._hint if self.withheld else "",
        )

    def hint(self, words: str) -> None:
        """Show these words with the status, as long as they are true."""
        self._hint = words
        self._changed()

    def on_status(self, listener: Callable[[Status], None]) -> None:
        """Call `listener` with each new status."""
        self._listeners.append(listener)

    @property
    def profile(self) -> Profile:
        """The prompt profile of the model that runs or is being started."""
        local = self.candidate.local if self.candidate else None
        if self.candidate is not None and local is None:
            return profile(self.candidate.profile)
        return profile(local.model.profile if local else "phi3")

    def budget(self, new_tokens: int) -> Budget:
        """What a prompt may hold when `new_tokens` are to follow it."""
        tokens = self.candidate.context_tokens if self.candidate else 2047
        return Budget(prompt_tokens=tokens - new_tokens, chars_per_token=self._chars_per_token)

    def learn_density(self, characters: int, tokens: int) -> None:
        """Take a counted prompt as the measure for later ones: the densest seen counts, so that the next one fits.

        In steps, since each change moves the window, and the model reads all of it again.
        """
        if characters > 200 and tokens:
            measured = math.floor(characters / tokens * 0.95 / DENSITY_STEP) * DENSITY_STEP
            self._chars_per_token = min(self._chars_per_token, max(measured, DENSITY_STEP))

    def tree(self, source: Source, *, around: int | None = None) -> Tree | None:
        """The syntax tree of a source, made from the last one of its document; of a large file what is `around`."""
        tree = parse(source, self._trees.get(source.uri), around=around)
        if tree is not None:
            self._trees[source.uri] = tree
            self._trees.move_to_end(source.uri)
            while len(self._trees) > TREES:
                self._trees.popitem(last=False)
        return tree

    def opened(self, source: Source) -> None:
        """Take note of a document that will be worked on: the files around it are read in the background."""
        if self.settings.enable and self.settings.inline_completion.lookup:
            self.neighbours.visit(source)

    def known_trees(self) -> tuple[Tree, ...]:
        """The trees of the documents that were worked on last, as they were then."""
        return tuple(self._trees.values())

    def forget(self, uri: str) -> None:
        """Drop what is kept of a closed document."""
        self._trees.pop(uri, None)
        self.epochs.forget(uri)
        self.neighbours.leave(uri)

    def take_ticket(self) -> int:
        """A number for a completion request; `is_current` says whether a newer one was taken."""
        self._ticket += 1
        if self.flight is not None:
            self.flight.wake()
        return self._ticket

    def is_current(self, ticket: int) -> bool:
        """No newer completion was asked for since `ticket`."""
        return ticket == self._ticket

    def deleted_since(self, source: Source, offset: int) -> bool:
        """Whether text before the cursor went away since this was last asked, for the same document."""
        uri, length, place = self._last_place
        self._last_place = (source.uri, len(source.text), offset)
        return source.uri == uri and len(source.text) < length and offset < place

    @property
    def calibration(self) -> Calibration | None:
        """What was measured of the model that runs."""
        candidate = self.candidate
        return self.calibrations.of(candidate.model, candidate.backend) if candidate else None

    @property
    def withheld(self) -> str:
        """Why nothing of the model that runs is shown unasked; "" when it may be."""
        return self.withheld_of(self.candidate)

    def withheld_of(self, candidate: Candidate | None) -> str:
        """Why nothing of a candidate's model would be shown unasked; "" when it would be."""
        known = self.calibrations.of(candidate.model, candidate.backend) if candidate else None
        return withheld(self.settings.inline_completion.unasked, candidate, known)

    @property
    def resting(self) -> str:
        """Why nothing is computed for typing that nobody has asked for; "" when it may be."""
        settings = self.settings
        if not (self.eager and settings.enable and settings.inline_completion.enable):
            return "switched off"
        if self.supervisor.state != "ready":
            return f"the model is {self.supervisor.state}"
        if self.withheld:
            return self.withheld
        return "" if self.mains() else "the machine runs on its battery"

    @property
    def last_decision(self) -> Decision:
        """What was decided about the last completion."""
        if not self.decisions:
            return Decision("no completion was asked for yet", "")
        last = self.decisions[-1]
        return Decision(outcome(last), last["gate"])

    def decided(self, event: dict[str, Any]) -> None:
        """Remember what became of a completion, for those who ask why."""
        self.decisions.append({"t": time.monotonic(), **event})

    def doubt(self, confidence: float, least: float) -> str:
        """Why a text of which the model is so sure is not offered unasked; "" when it is, or was never measured."""
        calibration = self.calibration
        return calibration.doubt(confidence, least) if calibration is not None else ""

    def explanation(self, key: str) -> str | None:
        """A cached explanation."""
        return self.explanations.get(key)

    def keep_explanation(self, key: str, text: str) -> None:
        """Keep an explanation, also for later sessions."""
        self.explanations.keep(key, text)

    def examine(self) -> tuple[HardwareReport, tuple[Candidate, ...]]:
        """The machine and the ranked candidates, those that run as they are known to. Blocks for some ms.

        Raises `CatalogError` when the catalogue or the chosen model cannot be read.
        """
        report = probe()
        if self.supervisor.candidates:
            return report, self.supervisor.candidates
        models: tuple[LocalModel, ...] = local_models(read_catalog())
        path = _path_in(self.settings.model)
        if self.settings.model != "auto" and path is not None:
            models = (model_at(path),)
        elif self.settings.model not in ("auto", *(local.model.id for local in models)):
            known = ", ".join(dict.fromkeys(local.model.id for local in models))
            raise ModelNotFound(f"wanted a model id ({known}) or a path, found {self.settings.model!r}")
        return report, rank(report, self.settings, models, installed_engines(), self.records.all())

    def changed(self) -> None:
        """Tell the listeners, as after a generation began or ended."""
        self._changed()

    def _new_supervisor(self) -> Supervisor:
        return Supervisor(self.journal, self._changed, threads=self.settings.threads, records=self.records)

    def _changed(self) -> None:
        if self.supervisor.state != "ready":
            self.warmth.forget()
        status = self.status
        for listener in self._listeners:
            listener(status)


def _path_in(setting: str) -> Path | None:
    """The file or folder that a setting names; None where there is none, or none that can be looked at."""
    try:
        path = Path(setting).expanduser()
        return path if path.exists() else None
    except (OSError, RuntimeError):  # a name that is too long, a folder of others, the home of nobody
        return None


def _notice(candidate: Candidate | None) -> str:
    """What a person is told of what runs: the model's title, or where their code goes."""
    if candidate is None:
        return ""
    if candidate.address:
        return f"code leaves this machine for {candidate.address}"
    return candidate.local.model.title if candidate.local else ""
