"""Another language server, which has nothing to do with phi-ls: it knows one thing to say and one word to write."""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

KNOWS = "What another server knows."
WRITES = "another_member"

server = LanguageServer("another", "1")


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(_params: types.HoverParams) -> types.Hover:
    return types.Hover(contents=types.MarkupContent(kind=types.MarkupKind.PlainText, value=KNOWS))


@server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions())
def completion(_params: types.CompletionParams) -> list[types.CompletionItem]:
    return [types.CompletionItem(label=WRITES)]


if __name__ == "__main__":
    server.start_io()
