"""What a person could do next for better or faster answers: a few lines, each with its command and its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.catalog.places import gigabytes
from phi_ls.errors import UsageError
from phi_ls.features.supply import about, model_offers
from phi_ls.inference.packages import recipes
from phi_ls.settings import Unasked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.features.assistant import Assistant
    from phi_ls.features.supply import ModelOffer
    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.select import Candidate


def advice(assistant: Assistant, report: HardwareReport, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """What to do, the most useful thing first; nothing where all is well."""
    return (*_engines(report, candidates), *_model(assistant, report), *_measurement(candidates))


def after_silence(assistant: Assistant, report: HardwareReport, *, by_hand: bool, pulls: bool = False) -> str:
    """What to say to who was shown nothing for long, since the model's text is not shown unasked; "" for all others.

    `by_hand` says that the editor can ask for a completion without a key being typed; `pulls` that it fetches models
    and shows these words in a small box, so that they are fewer.
    """
    candidate, wanted = assistant.candidate, assistant.settings.inline_completion
    on = assistant.settings.enable and wanted.enable and wanted.unasked is not Unasked.LOOKUP
    if candidate is None or not assistant.withheld or not on:
        return ""
    ask = "ask for a suggestion by hand" if by_hand else 'set phi.inlineCompletion.unasked to "model" to see it'
    who = "the starter model" if candidate.local and candidate.local.model.starter else candidate.model
    told = f"Nothing was suggested while you typed: what {who} writes is too often wrong to be shown unasked"
    better = _better(assistant, report)
    if pulls:
        pull = f", or have a better model ({better.model}, {gigabytes(better.left)})" if better is not None else ""
        return f"{told}. You can {ask}{pull}."
    alike = ", and no similar text was found around this file" if wanted.lookup else ""
    pull = f", or have a better model: {_pull(better)}" if better is not None else ""
    return f"{told}{alike}. You can {ask}{pull}."


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
    best = _better(assistant, report)
    return [f"have a better model: {_pull(best)}, licence {best.licence}; {best.reason}"] if best is not None else []


def _better(assistant: Assistant, report: HardwareReport) -> ModelOffer | None:
    """The model that would be taken before all others, and is not here."""
    return next((offer for offer in model_offers(assistant, report) if offer.recommended), None)


def _pull(offer: ModelOffer) -> str:
    verb = "goes on with" if offer.state == "unfinished" else "fetches"
    return f"`phi-ls models pull {offer.model}` {verb} {gigabytes(offer.left)}"


def _measurement(candidates: Sequence[Candidate]) -> list[str]:
    """Measure, where experience and not a measurement has decided between backends of the model that runs."""
    tried = [c for c in candidates if c.state in ("chosen", "ready") and c.key]
    rivals = [c for c in tried if c.model == tried[0].model]
    if len(rivals) < 2 or all(c.measured for c in rivals):
        return []
    *others, last = dict.fromkeys(c.backend for c in rivals)
    backends = f"{', '.join(others)} and {last}" if others else f"the builds of {last}"
    return [f"let this machine decide between {backends}: `phi-ls doctor --measure` runs each of them once"]
