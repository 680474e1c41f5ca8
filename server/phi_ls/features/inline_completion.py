"""The main job: what could follow the cursor.

The recipe: gates, cache, lookup, a pause while the user types on, context, prompt, model, clean-up. Each way out says
in `Offer.gate` why nothing is offered, and the journal keeps it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from phi_ls.errors import PhiLsError
from phi_ls.features.cursor import gate_at, shape_at
from phi_ls.features.flight import Flight
from phi_ls.features.lookup import ALONE, INSTANT, fitted, lookup
from phi_ls.inference.schedule import Account, Displaced
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.features.cache import Kept
    from phi_ls.features.postprocess import Shape

From: TypeAlias = Literal["model", "stream", "cache", "lookup", "none"]


class Trigger(Enum):
    """Why a completion is asked for."""

    INVOKED = "invoked"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What to insert in place of `span`; an empty text with a `gate` when nothing is offered.

    Times in ms. `superseded` says that a newer request took over and nobody looks at this answer.
    """

    id: int = 0
    """The number that the journal knows this completion by."""
    text: str = ""
    span: Span = field(default_factory=lambda: Span(0, 0))
    gate: str = ""
    came_from: From = "none"
    superseded: bool = False
    backend: str = ""
    engine: str = ""
    model: str = ""
    account: Account = field(default_factory=Account)
    confidence: float | None = None
    """How sure its source is, from 0 to 1, where that is known."""
    least: float | None = None
    """The probability of the model's least sure token."""
    cut: bool = False
    """Whether what the model was unsure of was left out."""
    ms_total: float = 0.0
    ms_context: float = 0.0


async def complete(
    assistant: Assistant,
    source: Source,
    offset: int,
    *,
    trigger: Trigger,
    selected: Edit | None = None,
) -> Offer:
    """Offer what could follow `offset`. Never raises but for cancellation.

    `selected` is the item that the editor's own list has selected: the offer then replaces its span and starts with
    its text.
    """
    began = time.perf_counter()
    ticket = assistant.take_ticket()
    assistant.warmth.stop()
    assistant.following.asked(source, offset)
    if trigger is Trigger.AUTOMATIC:
        assistant.rhythm.key(began)
        assistant.silence.key(began)
    else:
        assistant.silence.end()
    deleted = assistant.deleted_since(source, offset)
    at, where = source, offset
    if selected is not None:
        at = replace(source, version=-1 - source.version, text=selected.apply(source.text))
        where = selected.span.start + len(selected.text)
    try:
        gate = gate_at(source, offset, deleted=deleted) if trigger is Trigger.AUTOMATIC else ""
        offer = await _decide(assistant, at, where, trigger, ticket, gate)
    except Displaced:
        offer = Offer(gate="superseded", superseded=True)
    except PhiLsError as error:
        offer = Offer(gate=f"error: {error}")
    except asyncio.CancelledError:
        _record(assistant, source, offset, Offer(gate="cancelled"), began, ticket)
        raise
    _keep_shown(assistant, at, where, offer)
    if selected is not None and offer.text:
        span = Span(selected.span.start, selected.span.end + len(offer.span))
        offer = replace(offer, text=selected.text + offer.text, span=span)
    elif offer.text:
        offer = replace(offer, span=Span(offset, offset + len(offer.span)))
    if assistant.is_current(ticket):
        assistant.following.offered(ticket, source, Edit(offer.span, offer.text) if offer.text else None)
        if offer.came_from not in ("model", "stream"):
            assistant.warmth.rests(source, offset)
    return _record(assistant, source, offset, offer, began, ticket)


async def _decide(assistant: Assistant, source: Source, offset: int, trigger: Trigger, ticket: int, gate: str) -> Offer:
    """The recipe. What is cached is offered in spite of `gate`, which says why the model is not asked."""
    off = _switched_off(assistant)
    if off:
        return Offer(gate=off)
    automatic = trigger is Trigger.AUTOMATIC and not _asked_by_hand(assistant, source, offset)
    withheld = assistant.withheld
    known = assistant.completions.find(source, offset)
    # Who asks by hand wants all of the model's text; and the model, where that is not shown unasked.
    if known is not None and (automatic or not (known.cut or (withheld and known.by == "lookup"))):
        return _kept(assistant, source, offset, known, automatic=automatic)
    if gate and automatic:
        return Offer(gate=gate)
    tree = assistant.tree(source, around=offset)
    ready = assistant.supervisor.state == "ready"
    shape = shape_at(source, tree, offset, assistant.settings.inline_completion.multiline)
    found = _looked_up(assistant, shape) if automatic or not ready else Offer()
    if found.text and (not ready or withheld or (found.confidence or 0.0) >= INSTANT):
        return found
    if automatic and not ready:
        return Offer(gate=_not_ready(assistant))
    if automatic and withheld:
        return Offer(gate=withheld)
    on_its_way = assistant.flight is not None and assistant.flight.agrees(source, offset)
    if automatic and not on_its_way:
        await asyncio.sleep(_pause_ms(assistant) / 1000)
        if not assistant.is_current(ticket):
            raise Displaced
    await assistant.supervisor.client()
    offer = await _from_model(assistant, shape, ticket, unasked=automatic)
    if automatic:
        return _likelier(assistant, offer, found)
    return offer if offer.text else _rather(offer, _looked_up(assistant, shape))


def _rather(offer: Offer, found: Offer) -> Offer:
    """What was looked up, for somebody who asked by hand and gets nothing from the model."""
    return replace(found, account=offer.account, ms_context=offer.ms_context) if found.text else offer


def _asked_by_hand(assistant: Assistant, source: Source, offset: int) -> bool:
    """Whether somebody waits for a text that they asked for here; some editors then ask once more by themselves."""
    flight = assistant.flight
    return flight is not None and not flight.unasked and not flight.done and flight.agrees(source, offset)


def _keep_shown(assistant: Assistant, source: Source, offset: int, offer: Offer) -> None:
    """What is shown goes on being shown while it is typed, so it is kept without the doubt that it may have had."""
    if offer.text and (offer.came_from != "cache" or offer.confidence is not None):
        by: Literal["model", "lookup"] = "lookup" if offer.came_from == "lookup" else "model"
        assistant.completions.put(source, offset, offer.text, by=by, replaces=len(offer.span), cut=offer.cut)


def _kept(assistant: Assistant, source: Source, offset: int, known: Kept, *, automatic: bool) -> Offer:
    """What the cache holds. A text that was doubted before it was ever shown is doubted again, and lookup may win."""
    span = Span(offset, offset + known.replaces)
    confidence, least = known.confidence, known.least
    offer = Offer(text=known.text, span=span, came_from="cache", confidence=confidence, least=least, cut=known.cut)
    if not known.text:
        return replace(offer, gate="nothing was found here before")
    if not automatic or confidence is None or not assistant.doubt(confidence, least or 0.0):
        return offer
    tree = assistant.tree(source, around=offset)
    shape = shape_at(source, tree, offset, assistant.settings.inline_completion.multiline)
    return _likelier(assistant, offer, _looked_up(assistant, shape))


def _switched_off(assistant: Assistant) -> str:
    settings = assistant.settings
    return "" if settings.enable and settings.inline_completion.enable else "switched off by a setting"


def _not_ready(assistant: Assistant) -> str:
    status = assistant.status
    if status.state == "failed":
        return f"no model runs: {status.message}"
    return f"the model is {status.state}"


def _looked_up(assistant: Assistant, shape: Shape) -> Offer:
    """What the file and its neighbours say, when it is likely enough to be shown where there is no model."""
    if not assistant.settings.inline_completion.lookup:
        return Offer()
    assistant.opened(shape.source)
    match = lookup(shape.source, shape.offset, index=assistant.neighbours.index)
    if match is None or match.confidence < ALONE:
        return Offer()
    text = fitted(match, shape)
    return Offer(text=text, came_from="lookup", confidence=match.confidence)


def _likelier(assistant: Assistant, offer: Offer, found: Offer) -> Offer:
    """The model's offer; what was looked up when that is more often right; nothing when the model is too unsure.

    Without a measurement of the model its text goes before a match that was not good enough to be shown at once.
    """
    confidence, calibration = offer.confidence or 0.0, assistant.calibration
    doubt = assistant.doubt(confidence, offer.least or 0.0) if offer.text else ""
    expected = calibration.right(confidence) if calibration and offer.text and not doubt else 0.0
    known = found.confidence or 0.0
    if found.text and (known > expected if calibration else not offer.text):
        return _rather(offer, found)
    return replace(offer, text="", gate=doubt) if doubt else offer


def _pause_ms(assistant: Assistant) -> float:
    """How long to wait for the next key before the model is asked."""
    candidate = assistant.candidate
    measured = candidate.measured if candidate else None
    longest = assistant.settings.inline_completion.debounce_ms
    return assistant.rhythm.pause_ms(longest, measured_ms=measured.first_line_ms if measured else 0.0)


async def _from_model(assistant: Assistant, shape: Shape, ticket: int, *, unasked: bool) -> Offer:
    """What the model says, from the generation that is on its way when that agrees, or from a new one."""
    source, offset = shape.source, shape.offset
    came_from: From = "stream"
    while True:
        flight = assistant.flight
        useless = flight is None or flight.failure is not None or not flight.agrees(source, offset)
        if flight is None or useless or (flight.cut and not unasked):
            if flight is not None:
                flight.stop()
            flight = assistant.flight = Flight(assistant, shape)
            came_from = "model"
        flight.unasked = flight.unasked and unasked
        text = await flight.rest(source, offset, ticket)
        if text is not None:
            break
    assistant.rhythm.responded(flight.account.ms_engine)
    nothing = "the model had nothing to add" if not flight.raw.strip() else "the model's text did not fit here"
    offer = Offer(
        text=text,
        span=Span(offset, offset + flight.replaces),
        came_from=came_from,
        gate="" if text else nothing,
        account=flight.account,
        confidence=flight.confidence,
        least=flight.least,
        cut=flight.cut,
        ms_context=flight.ms_context,
    )
    candidate = assistant.candidate
    if candidate is None:
        return offer
    return replace(offer, backend=candidate.backend, engine=candidate.engine, model=candidate.model)


def _record(assistant: Assistant, source: Source, offset: int, offer: Offer, began: float, ticket: int) -> Offer:
    offer = replace(offer, id=ticket, ms_total=(time.perf_counter() - began) * 1000)
    if offer.text:
        assistant.silence.end()
    account = offer.account
    event = {
        "id": ticket,
        "uri": source.uri,
        "version": source.version,
        "line": source.line_at(offset) + 1,
        "source": offer.came_from,
        "gate": offer.gate,
        "confidence": offer.confidence,
        "least": offer.least,
        "prompt_tokens": account.prompt_tokens,
        "reused_tokens": account.reused_tokens,
        "prefilled_tokens": account.prefilled_tokens,
        "new_tokens": account.new_tokens,
        "ms_total": round(offer.ms_total, 3),
        "ms_engine": round(account.ms_engine, 3),
        "finish_reason": account.finish_reason,
        "shown_chars": len(offer.text),
    }
    assistant.journal.write("completion", text=offer.text, **event)
    if not offer.superseded:
        assistant.decided(event)
    return offer
