"""The main job: what could follow the cursor.

The recipe: gates, cache, lookup, a pause while the user types on, context, prompt, model, clean-up. Each way out says
in `Offer.gate` why nothing is offered, and the journal keeps it.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal, TypeAlias

from phi_ls.context import redact
from phi_ls.errors import PhiLsError
from phi_ls.features.assistant import Assistant, Decision
from phi_ls.features.flight import Flight
from phi_ls.features.lookup import ALONE, INSTANT, fitted, lookup
from phi_ls.features.postprocess import Shape
from phi_ls.inference.schedule import Account, Displaced
from phi_ls.settings import Multiline
from phi_ls.syntax import Tree, completion_shape
from phi_ls.text import Edit, Source, Span, start_of_line

HIGHEST = 0.9999
"""A confidence that no text has; a model that is doubted all the same is not worth asking."""
_WORD_END = re.compile(r"\w\Z")

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
    if trigger is Trigger.AUTOMATIC:
        assistant.rhythm.key(began)
    deleted = assistant.deleted_since(source, offset)
    at, where = source, offset
    if selected is not None:
        at = replace(source, version=-1 - source.version, text=selected.apply(source.text))
        where = selected.span.start + len(selected.text)
    try:
        gate = _gate(source, offset, deleted=deleted) if trigger is Trigger.AUTOMATIC else ""
        offer = await _decide(assistant, at, where, trigger, ticket, gate)
    except Displaced:
        offer = Offer(gate="superseded", superseded=True)
    except PhiLsError as error:
        offer = Offer(gate=f"error: {error}")
    except asyncio.CancelledError:
        _record(assistant, source, Offer(gate="cancelled"), began, ticket)
        raise
    if selected is not None and offer.text:
        offer = replace(offer, text=selected.text + offer.text, span=selected.span)
    elif offer.text:
        offer = replace(offer, span=Span(offset, offset))
    return _record(assistant, source, offer, began, ticket)


async def _decide(assistant: Assistant, source: Source, offset: int, trigger: Trigger, ticket: int, gate: str) -> Offer:
    """The recipe. What is cached is offered in spite of `gate`, which says why the model is not asked."""
    off = _switched_off(assistant)
    if off:
        return Offer(gate=off)
    known = assistant.completions.find(source, offset)
    if known is not None:
        return Offer(text=known, came_from="cache", gate="" if known else "nothing was found here before")
    if gate:
        return Offer(gate=gate)
    automatic = trigger is Trigger.AUTOMATIC
    tree = assistant.tree(source, around=offset)
    ready = assistant.supervisor.state == "ready"
    shape = _shape(assistant, source, tree, offset)
    found = _looked_up(assistant, shape) if automatic or not ready else Offer()
    if found.text and (not ready or (found.confidence or 0.0) >= INSTANT):
        assistant.completions.put(source, offset, found.text)
        return found
    if automatic and not ready:
        return Offer(gate=_not_ready(assistant))
    if automatic and assistant.doubts(HIGHEST):
        return found if found.text else Offer(gate="the model was measured, and is too often wrong to be shown unasked")
    on_its_way = assistant.flight is not None and assistant.flight.agrees(source, offset)
    if automatic and not on_its_way:
        longest = assistant.settings.inline_completion.debounce_ms
        await asyncio.sleep(assistant.rhythm.pause_ms(longest) / 1000)
        if not assistant.is_current(ticket):
            raise Displaced
    await assistant.supervisor.client()
    offer = await _from_model(assistant, shape, ticket)
    return _likelier(assistant, offer, found) if automatic else offer


def _switched_off(assistant: Assistant) -> str:
    settings = assistant.settings
    return "" if settings.enable and settings.inline_completion.enable else "switched off by a setting"


def _gate(source: Source, offset: int, *, deleted: bool) -> str:
    """Why the model is not asked here of its own accord, or ""."""
    following = source.text[offset : offset + 1]
    if following.isalnum() or following == "_":
        return "the cursor stands inside a word"
    if not source.text[:offset].strip():
        return "there is nothing before the cursor"
    line = source.text[start_of_line(source.text, offset) : offset]
    if redact(line) != line:
        return "the line seems to hold a secret"
    if deleted and _WORD_END.search(line):
        return "a part of the word was just deleted"
    return ""


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
    doubtful = bool(offer.text) and assistant.doubts(confidence)
    expected = calibration.right(confidence) if calibration and offer.text and not doubtful else 0.0
    known = found.confidence or 0.0
    if found.text and (known > expected if calibration else not offer.text):
        return replace(found, account=offer.account, ms_context=offer.ms_context)
    if doubtful and calibration:
        gate = f"confidence {confidence:.2f} is below {calibration.threshold:.2f}"
        return replace(offer, text="", gate=gate)
    return offer


async def _from_model(assistant: Assistant, shape: Shape, ticket: int) -> Offer:
    """What the model says, from the generation that is on its way when that agrees, or from a new one."""
    source, offset = shape.source, shape.offset
    came_from: From = "stream"
    while True:
        flight = assistant.flight
        if flight is None or flight.failure is not None or not flight.agrees(source, offset):
            if flight is not None:
                flight.stop()
            flight = assistant.flight = Flight(assistant, shape)
            came_from = "model"
        text = await flight.rest(source, offset, ticket)
        if text is not None:
            break
    assistant.rhythm.responded(flight.account.ms_engine)
    nothing = "the model had nothing to add" if not flight.raw.strip() else "the model's text did not fit here"
    offer = Offer(
        text=text,
        came_from=came_from,
        gate="" if text else nothing,
        account=flight.account,
        confidence=flight.confidence,
        ms_context=flight.ms_context,
    )
    candidate = assistant.candidate
    if candidate is None:
        return offer
    return replace(offer, backend=candidate.backend, engine=candidate.engine, model=candidate.model)


def _shape(assistant: Assistant, source: Source, tree: Tree | None, offset: int) -> Shape:
    wanted = assistant.settings.inline_completion.multiline
    if wanted is Multiline.AUTO:
        multiline = tree is not None and completion_shape(tree, offset) == "block"
    else:
        multiline = wanted is Multiline.ALWAYS
    return Shape(source=source, offset=offset, multiline=multiline, tree=tree)


def _record(assistant: Assistant, source: Source, offer: Offer, began: float, ticket: int) -> Offer:
    offer = replace(offer, id=ticket, ms_total=(time.perf_counter() - began) * 1000)
    account = offer.account
    assistant.journal.write(
        "completion",
        id=ticket,
        uri=source.uri,
        version=source.version,
        source=offer.came_from,
        gate=offer.gate,
        prompt_tokens=account.prompt_tokens,
        reused_tokens=account.reused_tokens,
        prefilled_tokens=account.prefilled_tokens,
        new_tokens=account.new_tokens,
        ms_total=round(offer.ms_total, 3),
        ms_engine=round(account.ms_engine, 3),
        finish_reason=account.finish_reason,
        shown_chars=len(offer.text),
        text=offer.text,
    )
    what = f"{len(offer.text)} characters from the {offer.came_from}" if offer.text else "nothing was offered"
    if not offer.superseded:
        assistant.last_decision = Decision(what, offer.gate)
    return offer
