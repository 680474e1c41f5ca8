"""notebookDocument/didOpen, didChange, didClose: keep notebooks and the documents of their cells in step."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lsprotocol import types

from phi_ls.lsp.handlers.text_documents import change
from phi_ls.lsp.notebooks import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from phi_ls.lsp.server import PhiLanguageServer

SYNC = types.NotebookDocumentSyncOptions(
    notebook_selector=[types.NotebookDocumentFilterWithNotebook(notebook="*")], save=False
)
"""Every notebook, whatever its kind, with all of its cells."""

_log = logging.getLogger(__name__)


def did_open(ls: PhiLanguageServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Begin to follow a notebook with its cells."""
    _open_texts(ls, params.cell_text_documents)
    ls.notebooks.open(params.notebook_document.uri, _cells(params.notebook_document.cells))
    if ls.assistant is not None:
        for page in ls.notebooks.pages():
            ls.assistant.opened(page.source)


def did_change(ls: PhiLanguageServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Apply what has changed: cells that came, went, moved or became of another kind, and texts."""
    uri, cells = params.notebook_document.uri, params.change.cells
    if cells is None:
        return
    if cells.structure is not None:
        _open_texts(ls, cells.structure.did_open or ())
        array = cells.structure.array
        ls.notebooks.splice(uri, array.start, array.delete_count, _cells(array.cells or ()))
        for closed in cells.structure.did_close or ():
            ls.documents.close(closed.uri)
    ls.notebooks.revise(uri, _cells(cells.data or ()))
    for edited in cells.text_content or ():
        document = ls.documents.get(edited.document.uri)
        if document is None:
            _log.warning("the client changed a cell that it has not opened; the change is ignored")
        else:
            change(document, edited.changes, edited.document.version)
    ls.notebooks.touch(uri)


def did_close(ls: PhiLanguageServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """Forget a notebook with its cells."""
    pages = ls.notebooks.close(params.notebook_document.uri)
    cells = [item.uri for item in params.cell_text_documents]
    for uri in cells:
        ls.documents.close(uri)
    for uri in (*pages, *cells):
        if ls.assistant is not None:
            ls.assistant.forget(uri)


def _open_texts(ls: PhiLanguageServer, items: Iterable[types.TextDocumentItem]) -> None:
    for item in items:
        ls.documents.open(item.uri, str(item.language_id), item.version, item.text)


def _cells(cells: Sequence[types.NotebookCell]) -> list[Cell]:
    return [Cell(str(cell.document), cell.kind == types.NotebookCellKind.Code) for cell in cells]
