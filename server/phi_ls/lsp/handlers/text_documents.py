"""didOpen, didChange, didClose: keep the documents in step with the client."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.lsp.documents import Document
    from phi_ls.lsp.server import PhiLanguageServer

_log = logging.getLogger(__name__)


def did_open(ls: PhiLanguageServer, params: types.DidOpenTextDocumentParams) -> None:
    """Begin to follow a document."""
    item = params.text_document
    document = ls.documents.open(item.uri, str(item.language_id), item.version, item.text)
    if document.too_large:
        _log.info("an open document has %d characters; it gets no help", len(item.text))
    elif ls.assistant is not None:
        source = document.snapshot()
        ls.assistant.opened(source)
        ls.assistant.warmth.rests(source, len(source.text))


def did_change(ls: PhiLanguageServer, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the client's edits in their order."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        _log.warning("the client changed a document that it has not opened; the change is ignored")
        return
    change(document, params.content_changes, params.text_document.version)
    if ls.assistant is not None:
        ls.assistant.warmth.stop()


def change(document: Document, edits: Sequence[types.TextDocumentContentChangeEvent], version: int) -> None:
    """Apply edits in their order, each to what the one before it left."""
    for edit in edits:
        if isinstance(edit, types.TextDocumentContentChangePartial):
            start, end = edit.range.start, edit.range.end
            document.splice((start.line, start.character), (end.line, end.character), edit.text)
        else:
            document.replace(edit.text)
    document.version = version


def did_close(ls: PhiLanguageServer, params: types.DidCloseTextDocumentParams) -> None:
    """Forget a document."""
    uri = params.text_document.uri
    document = ls.documents.get(uri)
    ls.documents.close(uri)
    if document is not None and ls.assistant is not None:
        ls.assistant.forget(document.uri)
