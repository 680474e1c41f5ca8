"""An independent client, with its own reading of the protocol, finds the same server."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from e2e.conftest import OPTIONS, SCRIPT
from e2e.raw_client import SERVE

if TYPE_CHECKING:
    from pathlib import Path

URI = "file:///project/shop.py"


async def test_an_independent_client_completes_and_hovers(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT), encoding="utf-8")
    environment = {**os.environ, "PHI_LS_HOME": str(tmp_path / "home"), "PHI_LS_SCRIPT": str(script)}
    config = ClientServerConfig(server_command=SERVE, server_env=environment, client_factory=make_test_lsp_client)
    client: LanguageClient = await config.start()
    try:
        await talk(client)
    finally:
        await client.shutdown_session()
        await client.stop()


async def talk(client: LanguageClient) -> None:
    inline = types.InlineCompletionClientCapabilities()
    capabilities = types.ClientCapabilities(
        text_document=types.TextDocumentClientCapabilities(inline_completion=inline)
    )
    hello = types.InitializeParams(capabilities=capabilities, initialization_options=OPTIONS)
    result = await client.initialize_session(hello)
    assert result.capabilities.inline_completion_provider == types.InlineCompletionOptions()
    item = types.TextDocumentItem(uri=URI, language_id="python", version=1, text="def price(): ...\ntotal = ")
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))
    document = types.TextDocumentIdentifier(uri=URI)
    context = types.InlineCompletionContext(trigger_kind=types.InlineCompletionTriggerKind.Invoked)
    end = types.Position(line=1, character=8)
    params = types.InlineCompletionParams(text_document=document, position=end, context=context)
    found = await client.text_document_inline_completion_async(params)
    assert isinstance(found, types.InlineCompletionList)
    assert [one.insert_text for one in found.items] == ["price * count"]
    name = types.Position(line=0, character=5)
    hover = await client.text_document_hover_async(types.HoverParams(text_document=document, position=name))
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.value.startswith("```python\ndef price()")
    assert client.messages == []
