"""The main job: what could follow the cursor.

The recipe: gates, cache, lookup, a pause while the user types on, context, prompt, model, clean-up. Each way out says
in `Offer.gate` why nothing is offered, and the journal keeps it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Literal, TypeAlias

from phi_ls.context import completion_context
from phi_ls.errors import PhiLsError, PromptTooLong
from phi_ls.features.assistant import Assistant, Decision
from phi_ls.features.lookup import lookup
from phi_ls.features.postprocess import Shape, clean, is_complete
from phi_ls.inference.schedule import Account, Displaced, Rank
from phi_ls.settings import Multiline
from phi_ls.syntax import Tree, completion_shape
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from phi_ls.prompt import Prompt

From: TypeAlias = Literal["model", "cache", "lookup", "none"]


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
    at, where = source, offset
    if selected is not None:
        at = replace(source, version=-1 - source.version, text=selected.apply(source.text))
        where = selected.span.start + len(selected.text)
    try:
        offer = await _decide(assistant, at, where, trigger, ticket)
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


async def _decide(assistant: Assistant, source: Source, offset: int, trigger: Trigger, ticket: int) -> Offer:
    gate = _gate(assistant, source, offset, trigger)
    if gate:
        return Offer(gate=gate)
    known = assistant.completions.find(source, offset)
    if known is not None:
        return Offer(text=known, came_from="cache", gate="" if known else "nothing was found here before")
    tree = assistant.tree(source, around=offset)
    automatic = trigger is Trigger.AUTOMATIC
    ready = assistant.supervisor.state == "ready"
    if assistant.settings.inline_completion.lookup and (automatic or not ready):
        text = _looked_up(assistant, source, tree, offset)
        if text:
            assistant.completions.put(source, offset, text)
            return Offer(text=text, came_from="lookup")
    if automatic and not ready:
        return Offer(gate=_not_ready(assistant))
    if automatic:
        await asyncio.sleep(assistant.settings.inline_completion.debounce_ms / 1000)
        if not assistant.is_current(ticket):
            raise Displaced
    await assistant.supervisor.client()
    return await _ask_model(assistant, source, tree, offset)


def _gate(assistant: Assistant, source: Source, offset: int, trigger: Trigger) -> str:
    """Why nothing is offered here without looking further, or ""."""
    settings = assistant.settings
    if not settings.enable or not settings.inline_completion.enable:
        return "switched off by a setting"
    if trigger is Trigger.INVOKED:
        return ""
    following = source.text[offset : offset + 1]
    if following.isalnum() or following == "_":
        return "the cursor stands inside a word"
    if not source.text[:offset].strip():
        return "there is nothing before the cursor"
    return ""


def _not_ready(assistant: Assistant) -> str:
    status = assistant.status
    if status.state == "failed":
        return f"no model runs: {status.message}"
    return f"the model is {status.state}"


def _looked_up(assistant: Assistant, source: Source, tree: Tree | None, offset: int) -> str:
    match = lookup(source, offset)
    if match is None:
        return ""
    return clean(match.text, _shape(assistant, source, tree, offset, prefilled=""))


async def _ask_model(assistant: Assistant, source: Source, tree: Tree | None, offset: int) -> Offer:
    account = Account()
    new_tokens = assistant.settings.inline_completion.max_new_tokens
    for last_attempt in (False, True):
        began = time.perf_counter()
        context = completion_context(source, tree, offset, assistant.budget(new_tokens))
        shape = _shape(assistant, source, tree, offset, prefilled="")
        prompt = assistant.profile.completion(context, multiline=shape.multiline)
        shape = replace(shape, prefilled=prompt.prefilled)
        ms_context = (time.perf_counter() - began) * 1000
        assistant.last_prompt = prompt.as_text()
        try:
            raw = await _generate(assistant, prompt, shape, new_tokens, account)
        except PromptTooLong as error:
            assistant.learn_density(len(prompt.as_text()), error.found_tokens)
            if last_attempt:
                raise
            continue
        break
    text = clean(raw, replace(shape, truncated=account.finish_reason == "length"))
    assistant.completions.put(source, offset, text)
    gate = "" if text else ("the model had nothing to add" if not raw.strip() else "the model's text did not fit here")
    offer = Offer(text=text, came_from="model", gate=gate, account=account, ms_context=ms_context)
    candidate = assistant.candidate
    if candidate is None:
        return offer
    return replace(offer, backend=candidate.backend, engine=candidate.engine, model=candidate.model)


async def _generate(assistant: Assistant, prompt: Prompt, shape: Shape, new_tokens: int, account: Account) -> str:
    """The model's raw text, ended early at the end of the statement or block."""
    raw = ""
    stream = assistant.scheduler.generate(
        Rank.TYPING, prompt.parts, max_tokens=new_tokens, stop=prompt.stop, account=account
    )
    complete_early = False
    assistant.changed()
    try:
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                raw += piece.text
                if "\n" in piece.text and is_complete(raw, shape):
                    complete_early = True
                    break
    finally:
        assistant.changed()
    if complete_early:
        account.finish_reason = "complete"
    assistant.learn_density(len(prompt.as_text()), account.prompt_tokens)
    return raw


def _shape(assistant: Assistant, source: Source, tree: Tree | None, offset: int, *, prefilled: str) -> Shape:
    wanted = assistant.settings.inline_completion.multiline
    if wanted is Multiline.AUTO:
        multiline = tree is not None and completion_shape(tree, offset) == "block"
    else:
        multiline = wanted is Multiline.ALWAYS
    return Shape(source=source, offset=offset, prefilled=prefilled, multiline=multiline, tree=tree)


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
