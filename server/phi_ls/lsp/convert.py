"""Between plain data and the protocol: the only place where offsets become positions and features become LSP objects.

lsprotocol's objects are always made by keyword: some have fields in an order that nobody expects.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from lsprotocol import types

from phi_ls.context import file_name
from phi_ls.lsp.units import Encoding, code_points, units
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.features.hover import HoverCard
    from phi_ls.lsp.client import Client

_ANNOTATION = "phi-ls"
_COMMAND_LINK = re.compile(r"(\]\(\s*<?|<|\]:\s*<?)command:", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~])")


def offset_at(source: Source, position: types.Position, encoding: Encoding) -> int:
    """The offset of a client's position; past the end of a line or of the text means that end."""
    if position.line >= len(source.line_starts):
        return len(source.text)
    span = source.line_span(position.line)
    line = source.text[span.start : span.end]
    return span.start + code_points(line, position.character, encoding)


def position_at(source: Source, offset: int, encoding: Encoding) -> types.Position:
    """The client's position of an offset."""
    line = source.line_at(offset)
    before = source.text[source.line_starts[line] : offset]
    return types.Position(line=line, character=units(before, encoding))


def span_at(source: Source, area: types.Range, encoding: Encoding) -> Span:
    """The span of a client's range, turned the right way round."""
    start, end = sorted((offset_at(source, area.start, encoding), offset_at(source, area.end, encoding)))
    return Span(start, end)


def range_at(source: Source, span: Span, encoding: Encoding) -> types.Range:
    """The client's range of a span."""
    return types.Range(start=position_at(source, span.start, encoding), end=position_at(source, span.end, encoding))


def inserted(text: str, client: Client) -> str:
    """Text for a place in a document, its lines ended as the client wants them."""
    return re.sub("\r\n?", "\n", text) if client.plain_line_ends else text


def workspace_edit(
    source: Source, edits: Sequence[Edit], encoding: Encoding, client: Client, *, label: str, confirm: bool
) -> types.WorkspaceEdit:
    """Edits of one version of one document, in the richest form that the client takes.

    With `confirm` they are shown before they are made, by a client that can do that.
    """
    pairs = [(range_at(source, edit.span, encoding), edit.text) for edit in edits]
    if not client.document_changes:
        return types.WorkspaceEdit(
            changes={source.uri: [types.TextEdit(range=area, new_text=text) for area, text in pairs]}
        )
    document = types.OptionalVersionedTextDocumentIdentifier(uri=source.uri, version=source.version)
    if not client.change_annotations:
        plain = [types.TextEdit(range=area, new_text=text) for area, text in pairs]
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(text_document=document, edits=plain)])
    annotated = [types.AnnotatedTextEdit(range=area, new_text=text, annotation_id=_ANNOTATION) for area, text in pairs]
    return types.WorkspaceEdit(
        document_changes=[types.TextDocumentEdit(text_document=document, edits=annotated)],
        change_annotations={_ANNOTATION: types.ChangeAnnotation(label=label, needs_confirmation=confirm)},
    )


def new_file(uri: str, text: str) -> types.WorkspaceEdit:
    """The edit that creates a file, which must not be there, and fills it; for clients that create files."""
    start = types.Position(line=0, character=0)
    fill = types.TextDocumentEdit(
        text_document=types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None),
        edits=[types.TextEdit(range=types.Range(start=start, end=start), new_text=text)],
    )
    options = types.CreateFileOptions(overwrite=False, ignore_if_exists=False)
    return types.WorkspaceEdit(document_changes=[types.CreateFile(uri=uri, options=options), fill])


def hover(source: Source, card: HoverCard, encoding: Encoding, client: Client) -> types.Hover:
    """A card as Markdown, or as plain text with the summary first where that is all the client shows."""
    if client.hover_plaintext and not client.hover_markdown:
        content = types.MarkupContent(kind=types.MarkupKind.PlainText, value=_plain_card(card))
    else:
        link = _explain_links(source, card, encoding) if client.command_links else ""
        content = types.MarkupContent(kind=types.MarkupKind.Markdown, value=_markdown_card(card, link))
    return types.Hover(contents=content, range=range_at(source, card.span, encoding))


def _plain_card(card: HoverCard) -> str:
    """One line that tells most, since some editors show no more, then everything."""
    symbol = card.symbol
    told = symbol.docstring or card.explanation or ""
    summary = next((line.strip() for line in told.splitlines() if line.strip()), "")
    first = f"{symbol.name}: {summary}" if summary else f"{symbol.kind} {symbol.name}"
    explained = f"{card.explanation}\n({card.label})" if card.explanation else ""
    parts = (first, symbol.signature, symbol.docstring, _where(card), explained)
    return "\n\n".join(part for part in parts if part)


def _markdown_card(card: HoverCard, link: str) -> str:
    symbol = card.symbol
    signature = fenced(symbol.signature, card.fence) if symbol.signature else ""
    documented = _MARKDOWN.sub(r"\\\1", symbol.docstring).replace("\n", "  \n")
    explained = f"{without_commands(card.explanation)}\n\n*{card.label}*" if card.explanation else ""
    parts = [part for part in (documented, explained, f"*{_where(card)}*", link) if part]
    return "\n\n---\n\n".join([signature, *parts] if signature else parts)


def _where(card: HoverCard) -> str:
    """Where the symbol is defined, and how often it is used."""
    uses = card.uses
    here = f"{uses.here} time{'' if uses.here == 1 else 's'} in this file"
    files = f"{uses.files} other open file{'' if uses.files == 1 else 's'}"
    elsewhere = f", {uses.elsewhere} in {files}" if uses.elsewhere else ""
    cell = f"cell {card.cell}, " if card.cell else ""
    return f"{_kind(card)}, {file_name(card.source.uri)} {cell}line {card.line + 1}; named {here}{elsewhere}"


def _kind(card: HoverCard) -> str:
    """What the symbol is, with what holds it."""
    inside = f" of {card.symbol.container[-1]}" if card.symbol.container else ""
    return f"{card.symbol.kind}{inside}"


def fenced(text: str, language: str = "text") -> str:
    """Text as a Markdown code block that nothing in it can end."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def without_commands(markdown: str) -> str:
    """Text of a model that can start no command of the editor, whatever links it holds."""
    return _COMMAND_LINK.sub(r"\1no-command:", markdown)


def _explain_links(source: Source, card: HoverCard, encoding: Encoding) -> str:
    """Links that run `phi.explain` on the symbol: one shows the answer in the hover again, one beside the code."""
    name = card.symbol.name_span.start
    start = range_at(card.source, Span(name, name), encoding)
    argument = {"uri": card.source.uri, "range": plain_range(start)}

    def link(title: str, **more: object) -> str:
        return f"[{title}](command:phi.explain?{quote(json.dumps([{**argument, **more}]), safe='')})"

    if card.explanation:
        return link("$(go-to-file) Open beside the code", kept=True)
    word = position_at(source, card.span.start, encoding)
    hovered = {"uri": source.uri, "line": word.line, "character": word.character}
    return f"{link('$(sparkle) Explain here', hover=hovered)} · {link('Explain beside the code')}"


def plain_range(area: types.Range) -> dict[str, dict[str, int]]:
    """A range as plain JSON, for the arguments of commands."""
    return {
        name: {"line": place.line, "character": place.character}
        for name, place in (("start", area.start), ("end", area.end))
    }
