"""textDocument/completion: the same offer in the popup of editors that show no ghost text.

The popup is never held for long. What is not there when patience ends is worked on meanwhile, and the list says that it
is incomplete, so the next key asks again and finds it. A newer request ends the wait of an older one.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lsprotocol import types

from phi_ls.features.inline_completion import Offer, Trigger
from phi_ls.lsp import convert
from phi_ls.lsp.handlers.inline_completion import accepted_command, offer_at
from phi_ls.text import Source, Span, indentation_of, split_lines, start_of_line

if TYPE_CHECKING:
    from phi_ls.lsp.server import PhiLanguageServer

PATIENCE_SECONDS = 2.0
"""A user who pauses presses no next key, and would never see what came too late."""
TRIGGERED_SECONDS = 0.3
"""After a trigger character, when other servers offer members or arguments and some editors wait for all of them."""
_LABEL = 60
_WORD = re.compile(r"(?<!\w)\w+\Z")


async def completion(ls: PhiLanguageServer, params: types.CompletionParams) -> types.CompletionList:
    """One item at most, behind what other servers offer."""
    nothing = types.CompletionList(is_incomplete=True, items=[])
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.too_large or ls.assistant is None:
        return nothing
    ground = ls.notebooks.ground(document)
    source, start = ground.document, ground.start
    offset = convert.offset_at(source, params.position, ls.encoding)
    work = asyncio.ensure_future(offer_at(ls, ls.assistant, ground.source, offset + start, trigger=Trigger.AUTOMATIC))
    try:
        done, _ = await asyncio.wait({work}, timeout=_patience(params.context))
    except asyncio.CancelledError:
        work.cancel()
        raise
    if not done or not (offer := work.result()).text or document.version != source.version:
        return nothing
    offer = replace(offer, span=offer.span.moved(-start))
    return types.CompletionList(is_incomplete=True, items=[_item(ls, source, offset, offer)])


def _patience(context: types.CompletionContext | None) -> float:
    triggered = context is not None and context.trigger_kind == types.CompletionTriggerKind.TriggerCharacter
    return TRIGGERED_SECONDS if triggered else PATIENCE_SECONDS


def _item(ls: PhiLanguageServer, source: Source, offset: int, offer: Offer) -> types.CompletionItem:
    """An item that editors filter by the word before the cursor, and insert behind it."""
    snippets = ls.client.snippets
    word = _WORD.search(source.text[start_of_line(source.text, offset) : offset])
    replaced = convert.range_at(source, Span(offset, max(offset, offer.span.end)), ls.encoding)
    text = convert.inserted(offer.text, ls.client)
    new_text = _as_snippet(text, source, offset) if snippets else text
    return types.CompletionItem(
        label=_label(word.group() if word else "", offer.text),
        kind=types.CompletionItemKind.Text,
        detail="phi-ls",
        documentation=types.MarkupContent(kind=types.MarkupKind.PlainText, value=offer.text),
        filter_text=word.group() if word else None,
        sort_text="~",
        text_edit=types.TextEdit(range=replaced, new_text=new_text),
        insert_text_format=types.InsertTextFormat.Snippet if snippets else types.InsertTextFormat.PlainText,
        insert_text_mode=types.InsertTextMode.AdjustIndentation if snippets else types.InsertTextMode.AsIs,
        command=accepted_command(offer.id),
    )


def _label(word: str, text: str) -> str:
    """The first line that says something; with the word that it goes on from, which eglot completes by it."""
    line = next(line for line in [*map(str.strip, text.splitlines()), text] if line)
    line = line if text.startswith(("\n", "\r")) else (word + text).splitlines()[0].strip()
    return line if len(line) <= _LABEL else line[: _LABEL - 1] + "…"


def _as_snippet(text: str, source: Source, offset: int) -> str:
    """Text that an editor inserts as it is: escaped, and without the indentation that it adds to further lines itself.

    Plain text will not do there: Neovim inserts only the first line of it.
    """
    own = indentation_of(source.line_text(source.line_at(offset)))
    first, *further = split_lines(text) or [text]
    relative = [line.removeprefix(own) for line in further]
    return re.sub(r"([\\$}])", r"\\\1", "".join([first, *relative]))
