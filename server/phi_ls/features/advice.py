"""What a person could do next for better or faster answers: a few lines, each with its command and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.catalog.places import gigabytes
from phi_ls.errors import UsageError
from phi_ls.features.supply import about, model_offers
from phi_ls.inference.packages import recipes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.features.assistant import Assistant
    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.select import Candidate


def advice(assistant: Assistant, report: HardwareReport, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """What to do, the most useful thing first; nothing where all is well."""
    return (*_engines(report, candidates), *_model(assistant, report), *_measurement(candidates))


def _engines(report: HardwareReport, candidates: Sequence[Candidate]) -> list[str]:
    """An engine for a graphics processor that has none, or any engine where there is none at all."""
    lost = [c for c in candidates if c.state == "not-installed"]
    nothing = all(c.state == "not-installed" for c in candidates if c.backend in ("cpu", "gguf"))
    wanted = {c.backend: c for c in lost if c.graphics or (nothing and c.backend == "cpu")}
    told = []
    for backend, candidate in wanted.items():
        try:
            size = recipes(backend, report)[0].megabytes
        except UsageError:
            continue
        fetches = f", which fetches {about(size * 10**6)}" if size else ""
        told.append(f"run models on {candidate.place}: `phi-ls backends install {backend}`{fetches}")
    return told


def _model(assistant: Assistant, report: HardwareReport) -> list[str]:
    best = next((offer for offer in model_offers(assistant, report) if offer.recommended), None)
    if best is None:
        return []
    size = gigabytes(best.left)
    verb = "goes on with" if best.state == "unfinished" else "fetches"
    return [
        f"have a better model: `phi-ls models pull {best.model}` {verb} {size}, licence {best.licence}; {best.reason}"
    ]


def _measurement(candidates: Sequence[Candidate]) -> list[str]:
    """Measure, where experience and not a measurement has decided between backends of the model that runs."""
    tried = [c for c in candidates if c.state in ("chosen", "ready") and c.key]
    rivals = [c for c in tried if c.model == tried[0].model]
    if len(rivals) < 2 or all(c.measured for c in rivals):
        return []
    *others, last = dict.fromkeys(c.backend for c in rivals)
    backends = f"{', '.join(others)} and {last}" if others else f"the builds of {last}"
    return [f"let this machine decide between {backends}: `phi-ls doctor --measure` runs each of them once"]
