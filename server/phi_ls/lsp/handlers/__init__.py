"""Every method that a client may call, and how it is answered.

A handler takes the session and the parameters. Before its first await it sees the documents as they were when the
message arrived, so it takes its snapshot there. It answers by what it returns, once; raising `PhiLsError` answers
with that one line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from phi_ls.lsp.handlers import (
    code_action,
    completion,
    content,
    hover,
    inline_completion,
    lifecycle,
    notebooks,
    text_documents,
)
from phi_ls.lsp.handlers.command import COMMANDS, execute

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["COMMANDS", "FEATURES"]

FEATURES: Mapping[str, tuple[Callable[..., Any], object]] = {
    types.INITIALIZED: (lifecycle.initialized, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (lifecycle.did_change_configuration, None),
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: (lifecycle.cancel_progress, None),
    types.TEXT_DOCUMENT_DID_OPEN: (text_documents.did_open, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (text_documents.did_change, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (text_documents.did_close, None),
    types.NOTEBOOK_DOCUMENT_DID_OPEN: (notebooks.did_open, None),
    types.NOTEBOOK_DOCUMENT_DID_CHANGE: (notebooks.did_change, None),
    types.NOTEBOOK_DOCUMENT_DID_CLOSE: (notebooks.did_close, None),
    # pygls says that it can complete inline only when options are given.
    types.TEXT_DOCUMENT_INLINE_COMPLETION: (inline_completion.inline_completion, types.InlineCompletionOptions()),
    inline_completion.DID_SHOW: (inline_completion.did_show, None),
    inline_completion.DID_PARTIALLY_ACCEPT: (inline_completion.did_partially_accept, None),
    types.TEXT_DOCUMENT_COMPLETION: (
        completion.completion,
        types.CompletionOptions(trigger_characters=[".", "(", "=", ":"]),
    ),
    types.TEXT_DOCUMENT_HOVER: (hover.hover, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        code_action.code_action,
        types.CodeActionOptions(code_action_kinds=list(code_action.KINDS.values()), resolve_provider=True),
    ),
    types.CODE_ACTION_RESOLVE: (code_action.resolve, None),
    types.WORKSPACE_EXECUTE_COMMAND: (execute, None),
    types.WORKSPACE_TEXT_DOCUMENT_CONTENT: (content.text_document_content, None),
}
"""Method -> its handler, and the options that its capability is advertised with."""
