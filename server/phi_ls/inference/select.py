"""Which backend and model suit this machine. Pure: the same facts give the same ranking.

Every candidate that cannot run carries its reason, with numbers where numbers decide. Ready candidates come first, the
best one at the head; a backend on the processor is always among the candidates. What was measured decides between the
backends of one model; without measurements, experience does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from phi_ls.inference.devices import Place, place_of
from phi_ls.inference.fit import Fit, fit
from phi_ls.inference.installed import DISTRIBUTIONS
from phi_ls.settings import BackendName, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phi_ls.catalog import LocalModel
    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.installed import Installed
    from phi_ls.inference.records import Record

State: TypeAlias = Literal["chosen", "ready", "refused", "broken", "not-installed"]

ORDER = ("cuda", "directml", "gguf on graphics", "cpu", "gguf", "scripted", "remote")
"""Best first, as long as nothing was measured."""
CRAMPED = 0.75
"""A context below this share of what is wanted counts as a fault of the candidate."""


@dataclass(frozen=True)
class Candidate:
    """One backend with one build of one model, and what became of it."""

    backend: str
    engine: str
    model: str
    state: State
    reason: str
    local: LocalModel | None = None
    fit: Fit | None = None
    provider: str = "cpu"
    python: str = ""
    """The interpreter of the backend's environment; "" for the server's own."""
    key: str = ""
    """Names its record; "" for candidates of which none is kept."""
    measured: Record | None = None
    graphics: bool = False
    place: str = ""
    """The processor or the device that it would run on, for people."""
    unwanted: bool = False
    """The user's settings rule it out."""
    profile: str = "phi3"
    """How it is prompted, where no row of the catalogue says it."""
    address: str = ""
    """Where code goes, for a candidate that runs elsewhere; "" for all others."""
    options: tuple[tuple[str, str], ...] = ()
    """For the engine, beside what the model says."""

    @property
    def context_tokens(self) -> int:
        """The length to allocate, in tokens."""
        return self.fit.context_tokens if self.fit else 2047


SCRIPTED = Candidate("scripted", "scripted", "scripted", "ready", "plays back text; for tests and demonstrations")


def rank(
    report: HardwareReport,
    settings: Settings,
    models: Sequence[LocalModel],
    installed: Mapping[str, Installed],
    records: Mapping[str, Record] | None = None,
) -> tuple[Candidate, ...]:
    """Every candidate, those that are ready first, in the order in which they are to be tried."""
    if settings.backend is BackendName.SCRIPTED:
        return (SCRIPTED,)
    if settings.backend is BackendName.REMOTE:
        local = replace(settings, backend=BackendName.AUTO)
        first = remote(settings)
        after = rank(report, local, models, installed, records) if settings.allow_fallback else ()
        return (first, *after) if first.state == "ready" else (*after, first)
    judge = _Judge(report, settings, installed, records or {})
    judged = [judge.candidate(local, backend) for local in models for backend in local.build.backends]
    ready = _by_measurement(sorted((c for c in judged if c.state == "ready"), key=_rank_key))
    if not settings.allow_fallback:
        spare = [replace(c, state="refused", reason="not tried: phi.allowFallback is off") for c in ready[1:]]
        judged = [c for c in judged if c.state != "ready"] + spare
        ready = ready[:1]
    others = sorted((c for c in judged if c.state != "ready"), key=_rank_key)
    return (*ready, *others)


def choose(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates with the first ready one marked as chosen."""
    result = list(candidates)
    for index, candidate in enumerate(result):
        if candidate.state == "ready":
            result[index] = replace(candidate, state="chosen")
            break
    return tuple(result)


def remote(settings: Settings) -> Candidate:
    """The server that the user names, as a candidate."""
    wanted = settings.remote
    shape = Fit(0, 0, 0, 0, 0, settings.context_tokens)
    options = (("model", wanted.model), ("api", wanted.api.value))
    name = wanted.model or "remote"
    if not wanted.url:
        reason = "the setting phi.remote.url names no server"
        return Candidate("remote", "openai", name, "refused", reason, fit=shape)
    reason = f"{wanted.url}: code leaves this machine"
    return Candidate(
        "remote",
        "openai",
        name,
        "ready",
        reason,
        fit=shape,
        profile=wanted.profile,
        address=wanted.url,
        options=options,
    )


def refusals(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """One line for each reason against a backend; what the settings rule out is told only where nothing else is."""
    lost = [c for c in candidates if c.state not in ("ready", "chosen")]
    told = [c for c in lost if not c.unwanted] or lost
    lines: dict[tuple[str, str], str] = {}
    for c in told:
        # Of models that are not here, the first one stands for all.
        reason = "absent" if c.local is not None and c.local.missing and c.state == "refused" else c.reason
        lines.setdefault((c.backend, reason), f"{c.backend} {c.model}: {c.reason}")
    return tuple(lines.values())


@dataclass(frozen=True)
class _Judge:
    report: HardwareReport
    settings: Settings
    installed: Mapping[str, Installed]
    records: Mapping[str, Record]

    def candidate(self, local: LocalModel, backend: str) -> Candidate:
        """The candidate with its state: the first reason against it, or ready."""
        engine = self.installed.get(backend)
        place = place_of(backend, self.report, engine)
        needs = fit(local.model, local.build, wanted_tokens=self.settings.context_tokens, pool=place.pool)
        key = f"{backend} | {engine.title if engine else ''} | {place.driver} | {local.model.id}/{local.build.id}"
        candidate = Candidate(
            backend,
            local.build.engine,
            local.model.id,
            "refused",
            "",
            local,
            needs,
            provider=place.provider,
            python=engine.python if engine else "",
            key=key if engine else "",
            measured=self.records.get(key) if engine else None,
            graphics=place.graphics,
            place=place.name,
        )
        if reason := self._unwanted(candidate):
            return replace(candidate, reason=reason, unwanted=True)
        if place.refusal:
            return replace(candidate, reason=place.refusal)
        if engine is None:
            return replace(candidate, state="not-installed", reason=_not_installed(backend, local))
        if local.missing:
            return replace(candidate, reason=_not_here(local, needs))
        if not needs.fits:
            return replace(candidate, reason=needs.refusal())
        if candidate.measured is not None and candidate.measured.broken:
            again = "`phi-ls doctor --measure` tries it again"
            return replace(candidate, state="broken", reason=f"{candidate.measured.broken} ({again})")
        return replace(candidate, state="ready", reason=_ready(local, engine, needs, place, candidate.measured))

    def _unwanted(self, candidate: Candidate) -> str:
        wanted = self.settings.backend.value
        if wanted not in ("auto", candidate.backend):
            return f"the setting phi.backend asks for {wanted}"
        local = candidate.local
        # A model that was named by its path is the only one there is.
        by_path = local is not None and local.build.id == "local" and not local.model.imported
        if self.settings.model not in ("auto", candidate.model) and not by_path:
            return f"the setting phi.model asks for {self.settings.model}"
        return ""


def _rank_key(candidate: Candidate) -> tuple[bool, int, str, bool, int, int]:
    local = candidate.local
    if local is None:
        return False, 0, "", False, ORDER.index(candidate.backend), 0
    on_graphics = candidate.backend == "gguf" and candidate.graphics
    prior = ORDER.index("gguf on graphics" if on_graphics else candidate.backend)
    return local.model.starter, local.model.preference, local.model.id, _cramped(candidate), prior, _build_order(local)


def _build_order(local: LocalModel) -> int:
    """The catalogue lists the builds of a model best first."""
    ids = [build.id for build in local.model.builds]
    return ids.index(local.build.id) if local.build.id in ids else len(ids)


def _cramped(candidate: Candidate) -> bool:
    """It runs, but with so little context that a backend with all of it is better, be it slower."""
    local, needs = candidate.local, candidate.fit
    return local is not None and needs is not None and needs.context_tokens < CRAMPED * needs.wanted_tokens


def _by_measurement(ready: list[Candidate]) -> list[Candidate]:
    """Those of one model that were measured exchange their places by what was measured; the others keep theirs."""
    result = list(ready)
    for model in dict.fromkeys(c.model for c in ready):
        places = [i for i, c in enumerate(ready) if c.model == model and c.measured is not None and not _cramped(c)]
        fastest = sorted((ready[i] for i in places), key=lambda c: c.measured.first_line_ms if c.measured else 0)
        for place, candidate in zip(places, fastest, strict=True):
            result[place] = candidate
    return result


def _not_installed(backend: str, local: LocalModel) -> str:
    distribution = DISTRIBUTIONS[local.build.engine]
    return f"{distribution} for {backend} is not installed (`phi-ls backends install {backend}`)"


def _not_here(local: LocalModel, needs: Fit) -> str:
    size = f" ({local.build.size / 1e9:.1f} GB)" if local.build.size else ""
    would = f"would need {needs.needed_mib} of {needs.free_mib} MiB" if needs.fits else f"it {needs.refusal()}"
    return f"{local.missing}{size}; {would}"


def _ready(local: LocalModel, engine: Installed, needs: Fit, place: Place, measured: Record | None) -> str:
    where = f" on {place.name}" if place.graphics else ""
    reason = (
        f"{engine.title}{where}, {local.build.precision}, needs {needs.needed_mib} of "
        f"{needs.free_mib} MiB at {needs.context_tokens} tokens"
    )
    if measured is None:
        return reason
    return (
        f"{reason}; measured: first line after {measured.first_line_ms:.0f} ms, "
        f"{measured.decode_per_s:.0f} tokens/s, {measured.memory_mib} MiB"
    )
