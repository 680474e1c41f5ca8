"""Which backend and model suit this machine. Pure: the same facts give the same ranking.

Every candidate that cannot run carries its reason, with numbers where numbers decide. Ready candidates come first, the
best one at the head; a backend on the processor is always among the candidates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from phi_ls.inference.installed import DISTRIBUTIONS
from phi_ls.settings import BackendName, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phi_ls.catalog import Build, LocalModel, Model
    from phi_ls.hardware import HardwareReport

State: TypeAlias = Literal["chosen", "ready", "refused", "broken", "not-installed"]

ORDER = ("cuda", "directml", "cpu", "gguf", "scripted")
"""Best first, as long as nothing was measured."""
PROVIDERS: Mapping[str, str] = {"cuda": "cuda", "directml": "dml"}
RESERVE_MIB = 512
"""Memory that is left to the rest of the machine."""
WORKING_SHARE = 0.1
"""What an engine takes beside weights and KV cache, as a share of the weights."""
SMALLEST_CONTEXT = 512
"""Tokens below which a prompt holds too little of the file to be worth a model."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Fit:
    """The memory that a candidate needs and finds, in MiB, at `context_tokens`."""

    weights_mib: int
    kv_mib: int
    working_mib: int
    needed_mib: int
    free_mib: int
    context_tokens: int


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

    @property
    def context_tokens(self) -> int:
        """The length to allocate, in tokens."""
        return self.fit.context_tokens if self.fit else 2047

    @property
    def provider(self) -> str:
        """The execution provider for the engine."""
        return PROVIDERS.get(self.backend, "cpu")


SCRIPTED = Candidate("scripted", "scripted", "scripted", "ready", "plays back text; for tests and demonstrations")


def rank(
    report: HardwareReport,
    settings: Settings,
    models: Sequence[LocalModel],
    installed: Mapping[str, str],
) -> tuple[Candidate, ...]:
    """Every candidate, those that are ready first, in the order in which they are to be tried."""
    if settings.backend is BackendName.SCRIPTED:
        return (SCRIPTED,)
    judged = [
        _judge(report, settings, installed, local, backend) for local in models for backend in local.build.backends
    ]
    ready = sorted((c for c in judged if c.state == "ready"), key=_rank_key)
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


def fit(model: Model, build: Build, *, wanted_tokens: int, free_mib: int) -> Fit:
    """The memory need at the longest context that fits, at most `wanted_tokens` and the model's safe length."""
    weights = build.size / MIB
    working = weights * WORKING_SHARE
    per_token = model.kv_bytes_per_token(build) / MIB
    tokens = min(wanted_tokens, model.safe_context)
    room = free_mib - RESERVE_MIB - weights - working
    if per_token and tokens * per_token > room:
        tokens = max(min(tokens, int(room / per_token)), SMALLEST_CONTEXT)
    kv = tokens * per_token
    needed = round(weights + working + kv)
    return Fit(round(weights), round(kv), round(working), needed, free_mib, tokens)


def _judge(
    report: HardwareReport,
    settings: Settings,
    installed: Mapping[str, str],
    local: LocalModel,
    backend: str,
) -> Candidate:
    needs = fit(local.model, local.build, wanted_tokens=settings.context_tokens, free_mib=report.available_mib)
    candidate = Candidate(backend, local.build.engine, local.model.id, "refused", "", local, needs)
    wanted_backend = settings.backend.value
    if wanted_backend not in ("auto", backend):
        return replace(candidate, reason=f"the setting phi.backend asks for {wanted_backend}")
    if settings.model != "auto" and local.build.id != "local" and settings.model != local.model.id:
        return replace(candidate, reason=f"the setting phi.model asks for {settings.model}")
    if backend in ("cuda", "directml"):
        return replace(candidate, state="not-installed", reason=_no_gpu_backend(report, backend))
    if local.build.engine not in installed:
        wanted = DISTRIBUTIONS[local.build.engine]
        reason = f'{wanted} is not installed (pip install "phi-ls[{backend}]")'
        return replace(candidate, state="not-installed", reason=reason)
    if local.missing:
        return replace(candidate, reason=_not_here(local))
    if needs.needed_mib + RESERVE_MIB > report.available_mib:
        return replace(candidate, reason=_too_large(needs))
    return replace(candidate, state="ready", reason=_ready(local, installed, needs))


def _rank_key(candidate: Candidate) -> tuple[bool, int, int]:
    starter = candidate.local is not None and candidate.local.model.starter
    size = candidate.local.build.size if candidate.local else 0
    return starter, ORDER.index(candidate.backend), size


def _no_gpu_backend(report: HardwareReport, backend: str) -> str:
    if backend == "directml" and report.system != "windows":
        return f"DirectML needs Windows, this is {report.system}"
    if not report.gpus:
        return "no graphics processor was found"
    return f"the {backend} backend is not installed"


def _not_here(local: LocalModel) -> str:
    size = f" ({local.build.size / 1e9:.1f} GB)" if local.build.size else ""
    return f"{local.missing}{size}"


def _too_large(needs: Fit) -> str:
    return (
        f"needs {needs.needed_mib} MiB (weights {needs.weights_mib}, KV cache {needs.kv_mib} for "
        f"{needs.context_tokens} tokens, working memory {needs.working_mib}) and {RESERVE_MIB} MiB in reserve, "
        f"{needs.free_mib} MiB are free"
    )


def _ready(local: LocalModel, installed: Mapping[str, str], needs: Fit) -> str:
    distribution = DISTRIBUTIONS[local.build.engine]
    return (
        f"{distribution} {installed[local.build.engine]}, {local.build.precision}, needs {needs.needed_mib} of "
        f"{needs.free_mib} MiB at {needs.context_tokens} tokens"
    )
