"""textDocument/inlineCompletion: ghost text, and what became of it.

Never an error: nothing to offer is an empty list, which clears old ghost text; an answer that nobody waits for any
more, since the document or a newer request went past it, is null.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.lsp import convert, hint
from phi_ls.text import Edit

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer
    from phi_ls.text import Source

DID_SHOW = "textDocument/didShowCompletion"
DID_PARTIALLY_ACCEPT = "textDocument/didPartiallyAcceptCompletion"
ACCEPTED = "phi.server.accepted"

_log = logging.getLogger(__name__)


async def inline_completion(
    ls: PhiLanguageServer, params: types.InlineCompletionParams
) -> types.InlineCompletionList | None:
    """Offer one item, to be inserted at the cursor or in place of the selected list item."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.too_large:
        return types.InlineCompletionList(items=[])
    ground, encoding = ls.notebooks.ground(document), ls.encoding
    source, start = ground.document, ground.start
    invoked = params.context.trigger_kind == types.InlineCompletionTriggerKind.Invoked
    assistant = await ls.started() if invoked else ls.assistant
    if assistant is None:
        return types.InlineCompletionList(items=[])
    chosen = params.context.selected_completion_info
    selected = Edit(convert.span_at(source, chosen.range, encoding).moved(start), chosen.text) if chosen else None
    offset = convert.offset_at(source, params.position, encoding) + start
    trigger = Trigger.INVOKED if invoked else Trigger.AUTOMATIC
    offer = await offer_at(ls, assistant, ground.source, offset, trigger=trigger, selected=selected)
    if offer.superseded or document.version != source.version:
        return None
    if not offer.text:
        return types.InlineCompletionList(items=[])
    item = types.InlineCompletionItem(
        insert_text=convert.inserted(offer.text, ls.client),
        range=convert.range_at(source, offer.span.moved(-start), encoding),
        command=accepted_command(offer.id),
    )
    return types.InlineCompletionList(items=[item])


async def offer_at(
    ls: PhiLanguageServer,
    assistant: Assistant,
    source: Source,
    offset: int,
    *,
    trigger: Trigger,
    selected: Edit | None = None,
) -> Offer:
    """The offer, or an empty one when it fails: an error answer would raise a box in some editors."""
    try:
        offer = await complete(assistant, source, offset, trigger=trigger, selected=selected)
    except Exception:  # whatever it is, typing goes on
        _log.exception("a completion failed")
        return Offer(gate="it failed inside phi-ls; its log says where")
    _trace(ls, offer)
    hint.after_an_offer(ls, assistant)
    return offer


def accepted_command(completion_id: int) -> types.Command:
    """What the editor calls when the user takes a completion."""
    return types.Command(title="phi-ls: accepted", command=ACCEPTED, arguments=[{"id": completion_id}])


def _trace(ls: PhiLanguageServer, offer: Offer) -> None:
    """Tell a client that traces how the completion came about; never its text."""
    if ls.protocol.trace == types.TraceValue.Off:
        return
    verbose = ls.protocol.trace == types.TraceValue.Verbose
    account = offer.account
    details = f"{account.prompt_tokens} prompt tokens, {account.reused_tokens} reused, {account.new_tokens} new"
    outcome = offer.gate or f"{len(offer.text)} characters from the {offer.came_from}"
    message = f"completion {offer.id}: {outcome}, {offer.ms_total:.0f} ms"
    ls.log_trace(types.LogTraceParams(message=message, verbose=details if verbose else None))


def did_show(ls: PhiLanguageServer, params: object) -> None:
    """The editor shows an item."""
    if ls.assistant is not None:
        ls.assistant.journal.write("shown", id=_completion_id(params))


def did_partially_accept(ls: PhiLanguageServer, params: object) -> None:
    """The user took the first part of an item; its length is in the client's units."""
    length = params.get("acceptedLength") if isinstance(params, dict) else None
    if ls.assistant is not None:
        ls.assistant.journal.write("accepted", id=_completion_id(params), partial=True, length=length)


def _completion_id(params: Any) -> object:  # noqa: ANN401 - JSON of a client
    """The id that the item's command carries; None where there is none."""
    match params:
        case {"item": {"command": {"arguments": [{"id": found}, *_]}}}:
            return found
    return None
