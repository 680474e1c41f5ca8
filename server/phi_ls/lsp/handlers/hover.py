"""textDocument/hover: what is known of the symbol under the cursor. Only in `auto` mode does a hover ask the model."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls.lsp import convert

if TYPE_CHECKING:
    from lsprotocol import types

    from phi_ls.features.hover import HoverCard
    from phi_ls.lsp.server import PhiLanguageServer


async def hover(ls: PhiLanguageServer, params: types.HoverParams) -> types.Hover | None:
    """The card of a symbol; null where there is none."""
    began = time.perf_counter()
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.too_large:
        return None
    ground = ls.notebooks.ground(document)
    source = ground.document
    assistant = await ls.started()
    if assistant is None or ls.ahead is None:
        return None
    card = await ls.ahead.hover(ground.source, convert.offset_at(source, params.position, ls.encoding) + ground.start)
    card = _in_its_cell(ls, replace(card, span=card.span.moved(-ground.start))) if card else None
    assistant.journal.write(
        "hover",
        uri=source.uri,
        version=source.version,
        found=card is not None,
        explained=card is not None and card.explanation is not None,
        ms_total=round((time.perf_counter() - began) * 1000, 3),
    )
    return convert.hover(source, card, ls.encoding, ls.client) if card else None


def _in_its_cell(ls: PhiLanguageServer, card: HoverCard) -> HoverCard:
    """The card with its definition where the editor knows it: in a cell, where a page of a notebook has it."""
    page = ls.notebooks.page_at(card.source.uri)
    if page is None or page.source != card.source:
        return card
    cell, start = page.cell_at(card.symbol.name_span.start)
    symbol = replace(card.symbol, name_span=card.symbol.name_span.moved(-start))
    number = ls.notebooks.number_of(cell.uri)
    return replace(card, source=cell, symbol=symbol, line=cell.line_at(symbol.name_span.start), cell=number)
