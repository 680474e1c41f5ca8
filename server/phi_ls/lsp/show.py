"""What the server asks the client to do of its own accord: show a document, apply an edit.

A client may refuse, or never answer; both are told to the caller in time, not raised.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from phi_ls import paths
from phi_ls.lsp import convert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from phi_ls.lsp.server import PhiLanguageServer
    from phi_ls.lsp.stream import Growing
    from phi_ls.text import Edit, Source

CLIENT_SECONDS = 10.0
"""How long a client may take; some ask their user first."""
CONFIRM_SECONDS = 900.0
"""How long a person may look at an edit that is to be confirmed."""
DISCARDED = "the edit was not confirmed"
_FILES = 20

_log = logging.getLogger(__name__)


async def show(ls: PhiLanguageServer, uri: str, title: str, markdown: str) -> None:
    """Show a text in the best way that the client has: its address, a file in the cache folder, or a message."""
    if ls.client.show_document and ls.client.text_document_content and await _shown(ls, uri):
        return
    if ls.client.show_document:
        file = await asyncio.to_thread(_written, uri, markdown)
        if file is not None and await _shown(ls, file.as_uri()):
            return
    ls.tell(f"{title}\n\n{markdown}")


async def open_address(ls: PhiLanguageServer, uri: str) -> None:
    """Open the address of an answer that is still growing."""
    await _shown(ls, uri)


async def shown(
    ls: PhiLanguageServer, kind: str, name: str, title: str, markdown: str, growing: Growing | None = None
) -> dict[str, str]:
    """Keep an answer, and show it unless the client shows it by itself or follows it already."""
    if growing is not None and growing.is_open:
        growing.end(markdown)
        return {"title": title, "markdown": markdown, "uri": growing.uri}
    uri = ls.answers.keep(kind, name, markdown)
    if not ls.client.shows_answers:
        await show(ls, uri, title, markdown)
    return {"title": title, "markdown": markdown, "uri": uri}


def named(title: str) -> str:
    """What an answer's address calls it: a file's name, where an editor shows no other title."""
    return title.removeprefix("Explanation of ")


async def create(ls: PhiLanguageServer, path: Path, text: str, label: str) -> str:
    """Create a file with a text, if the client does that and it is not there; returns why not, or ""."""
    if not ls.client.creates_files or not ls.client.document_changes:
        return "the editor cannot create files, so nothing was written"
    edit = convert.new_file(path.as_uri(), text)
    return await _apply(ls, types.ApplyWorkspaceEditParams(edit=edit, label=label))


async def apply(
    ls: PhiLanguageServer, source: Source, edits: Sequence[Edit], label: str, *, confirm: bool = False
) -> str:
    """Apply edits to exactly the version that they were made for; returns why they were not applied, or "".

    With `confirm` the client shows them first, where it can: `DISCARDED` when they were turned down.
    """
    document = ls.documents.get(source.uri)
    if document is None or document.version != source.version:
        return "the file changed while the text was written, so nothing was applied; ask again"
    asks = confirm and ls.client.document_changes and ls.client.change_annotations
    edit = convert.workspace_edit(source, edits, ls.encoding, ls.client, label=label, confirm=asks)
    return await _apply(ls, types.ApplyWorkspaceEditParams(edit=edit, label=label), asks=asks)


async def _apply(ls: PhiLanguageServer, params: types.ApplyWorkspaceEditParams, *, asks: bool = False) -> str:
    seconds = CONFIRM_SECONDS if asks else CLIENT_SECONDS
    try:
        result = await asyncio.wait_for(ls.workspace_apply_edit_async(params), seconds)
    except (TimeoutError, JsonRpcException) as error:
        return f"the editor did not apply the edit ({type(error).__name__})"
    if asks and not result.applied and not result.failure_reason:
        return DISCARDED
    return "" if result.applied else f"the editor did not apply the edit: {result.failure_reason or 'no reason given'}"


async def _shown(ls: PhiLanguageServer, uri: str) -> bool:
    params = types.ShowDocumentParams(uri=uri, take_focus=False)
    try:
        result = await asyncio.wait_for(ls.window_show_document_async(params), CLIENT_SECONDS)
    except (TimeoutError, JsonRpcException) as error:
        _log.info("the client did not show a document (%s)", type(error).__name__)
        return False
    return result.success


def _written(uri: str, markdown: str) -> Path | None:
    """The text as a file below the cache folder; only the last few are kept there."""
    folder = paths.cache_dir() / "answers"
    name = "".join(c if c.isalnum() or c in ".-_" else "-" for c in uri.partition(":/")[2])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / name
        file.write_text(markdown, encoding="utf-8", errors="replace")  # code may hold half a character
        for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-_FILES]:
            old.unlink()
    except OSError as error:
        _log.warning("an answer could not be written below %s: %s", folder, error.strerror)
        return None
    return file
