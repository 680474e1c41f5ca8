"""workspace/textDocumentContent: the text behind a `phi-ls:` address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from phi_ls.lsp.server import PhiLanguageServer

GONE = "This answer is no longer kept. Ask for it again.\n"


async def text_document_content(
    ls: PhiLanguageServer, params: types.TextDocumentContentParams
) -> types.TextDocumentContentResult:
    """The answer, or a line that says that it is gone: editors reopen addresses of earlier sessions."""
    return types.TextDocumentContentResult(text=ls.answers.get(params.uri) or GONE)
