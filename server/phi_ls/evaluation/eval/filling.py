"""Fills holes through the pipeline that editors use, twice: by the model alone, and as an editor shows it.

The model is asked without lookup and without the threshold that an earlier measurement set, so that neither hides it.
What is shown has both, and the same generation serves it. A document is closed after each hole: the hole must not be
learnt.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phi_ls.errors import PhiLsError
from phi_ls.evaluation.eval.baselines import guesses
from phi_ls.evaluation.eval.metrics import completed, edit_similarity, exact_match, plain
from phi_ls.evaluation.eval.records import Record
from phi_ls.evaluation.eval.sandbox import judge
from phi_ls.features.calibration import Calibrations
from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.settings import Unasked
from phi_ls.syntax import Paste, errors_in, parse
from phi_ls.text import Source

if TYPE_CHECKING:
    from phi_ls.evaluation.eval.holes import Hole
    from phi_ls.features.assistant import Assistant

MODEL, SHOWN = "model", "as shown"
BEFORE_CHARACTERS = 200


class Filler:
    """One side of a measurement: an assistant whose settings are those of the side, with a model or without one."""

    def __init__(self, assistant: Assistant, *, side: str, with_model: bool, baselines: bool) -> None:
        self._assistant = assistant
        self._side = side
        self._with_model = with_model
        self._baselines = baselines
        self._calibrations = assistant.calibrations
        assistant.settings = replace(
            assistant.settings, inline_completion=replace(assistant.settings.inline_completion, debounce_ms=0)
        )
        self._settings = assistant.settings

    async def fill(self, hole: Hole) -> list[Record]:
        """The record of each system. Raises what ends the run: a model that does not come back."""
        offers: dict[str, tuple[Offer, dict[str, Any]]] = {}
        if self._with_model:
            offers[MODEL] = await self._by_model(hole), {}
        offers[SHOWN] = await self._as_shown(hole, offers.get(MODEL, (Offer(), {}))[0]), {}
        if self._baselines:
            tree = self._assistant.tree(hole.source, around=hole.offset)
            index = self._assistant.neighbours.index
            for name, guess in guesses(hole.source, tree, hole.offset, index).items():
                match = guess.match
                offer = Offer(text=guess.text, ms_total=guess.ms, confidence=match.confidence if match else None)
                facts = {"agreement": match.agreement, "key_characters": match.key_characters} if match else {}
                offers[name] = offer, facts
        self._assistant.forget(hole.source.uri)
        outcomes = await asyncio.to_thread(_tested, hole, {offer.text for offer, _ in offers.values()})
        return self._records(hole, offers, outcomes)

    async def _by_model(self, hole: Hole) -> Offer:
        settings = self._settings
        self._assistant.settings = replace(
            settings,
            inline_completion=replace(settings.inline_completion, lookup=False, unasked=Unasked.MODEL),
        )
        self._assistant.calibrations = Calibrations({})
        self._assistant.flight = None
        try:
            return await self._ask(hole)
        finally:
            self._assistant.settings = settings
            self._assistant.calibrations = self._calibrations

    async def _as_shown(self, hole: Hole, by_model: Offer) -> Offer:
        self._assistant.neighbours.visit(hole.source)
        await self._assistant.neighbours.settled()
        offer = await self._ask(hole)
        if offer.came_from == "stream":
            offer = replace(offer, came_from="model", ms_total=offer.ms_total + by_model.ms_total)
        return offer

    async def _ask(self, hole: Hole) -> Offer:
        self._assistant.completions.clear()
        # The jump from hole to hole is no deletion.
        self._assistant.deleted_since(Source("", "", 0, ""), 0)
        offer = await complete(self._assistant, hole.source, hole.offset, trigger=Trigger.AUTOMATIC)
        if offer.gate.startswith("error: "):
            raise PhiLsError(offer.gate.removeprefix("error: "))
        return offer

    def _records(
        self, hole: Hole, offers: dict[str, tuple[Offer, dict[str, Any]]], outcomes: dict[str, str]
    ) -> list[Record]:
        paste = Paste(hole.source, hole.offset)
        tree = parse(hole.original)
        allowed = errors_in(tree) if tree else 0
        return [
            Record(
                side=self._side,
                system=name,
                hole=hole.id,
                kind=hole.kind,
                language=hole.source.language,
                path=hole.path,
                truth=hole.truth,
                before=hole.source.text[max(hole.offset - BEFORE_CHARACTERS, 0) : hole.offset],
                text=offer.text,
                exact=exact_match(offer.text, hole.truth),
                similarity=edit_similarity(offer.text, hole.truth),
                completed=completed(offer.text, hole.truth),
                truth_characters=len(plain(hole.truth)),
                parses=not paste.harms(offer.text) if offer.text else None,
                whole=paste.errors_with(offer.text) <= allowed,
                outcome=outcomes.get(offer.text, ""),
                came_from=offer.came_from,
                gate=offer.gate,
                confidence=offer.confidence,
                least=offer.least,
                ms=round(offer.ms_total, 3),
                ms_first_token=round(offer.account.ms_first_token, 3),
                prompt_tokens=offer.account.prompt_tokens,
                new_tokens=offer.account.new_tokens,
                **facts,
            )
            for name, (offer, facts) in offers.items()
        ]


def _tested(hole: Hole, texts: set[str]) -> dict[str, str]:
    """What the tests of a problem say to each text."""
    return {} if hole.problem is None else {text: judge(hole.problem.program(text)).outcome for text in texts}
