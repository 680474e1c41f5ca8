"""What is read from a client's `initialize`."""

from __future__ import annotations

import pytest

from lsp.session import Session
from phi_ls.lsp.client import Client


def capabilities(**sections: object) -> dict[str, object]:
    return {"capabilities": sections}


def test_a_client_that_says_nothing_gets_the_plainest_service() -> None:
    assert Client.of({"capabilities": {}}) == Client()
    assert Client.of(None) == Client()
    assert Client.of({"capabilities": 3, "clientInfo": [], "processId": "x"}) == Client()


def test_inline_completion_counts_by_the_presence_of_its_key() -> None:
    """lsp-mode says null and asks for inline completions."""
    assert Client.of(capabilities(textDocument={"inlineCompletion": None})).inline_completion
    assert Client.of(capabilities(textDocument={"inlineCompletion": {}})).inline_completion
    assert not Client.of(capabilities(textDocument={})).inline_completion


def test_a_full_client_is_read_whole() -> None:
    client = Client.of(
        {
            "processId": 7,
            "clientInfo": {"name": "Visual Studio Code - Insiders", "version": "1"},
            "capabilities": {
                "textDocument": {
                    "inlineCompletion": {"dynamicRegistration": True},
                    "completion": {"completionItem": {"snippetSupport": True}},
                    "hover": {"contentFormat": ["markdown", "plaintext"]},
                    "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
                },
                "workspace": {
                    "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
                    "configuration": True,
                    "didChangeConfiguration": {"dynamicRegistration": True},
                    "textDocumentContent": {},
                },
                "window": {"showDocument": {"support": True}, "workDoneProgress": True},
                "experimental": {"phi": {"status": True, "showsAnswers": True, "commandLinks": True}},
            },
        }
    )
    assert client == Client(
        name="Visual Studio Code - Insiders",
        process_id=7,
        inline_completion=True,
        snippets=True,
        hover_markdown=True,
        hover_plaintext=True,
        document_changes=True,
        change_annotations=True,
        code_action_literals=True,
        show_document=True,
        work_done_progress=True,
        pulls_configuration=True,
        registers_configuration=True,
        text_document_content=True,
        wants_status=True,
        shows_answers=True,
        command_links=True,
    )


def test_a_client_with_plain_hovers_only_is_known() -> None:
    client = Client.of(capabilities(textDocument={"hover": {"contentFormat": ["plaintext"]}}))
    assert (client.hover_markdown, client.hover_plaintext) == (False, True)


@pytest.mark.parametrize(
    "hello",
    [
        pytest.param({"capabilities": {"textDocument": {"codeAction": {"codeActionLiteralSupport": {}}}}}, id="cut"),
        pytest.param({"capabilities": {"window": {"workDoneProgress": "yes"}}, "trace": "compact"}, id="misspelled"),
        pytest.param({"capabilities": None, "workspaceFolders": [3], "processId": "me"}, id="nonsense"),
        pytest.param({"capabilities": {"workspace": {"workspaceEdit": {"resourceOperations": True}}}}, id="yes"),
        pytest.param({}, id="nothing"),
    ],
)
async def test_odd_capabilities_cost_a_client_nothing_but_themselves(hello: dict[str, object]) -> None:
    session = Session()
    answer = await session.result("initialize", hello)
    assert answer["serverInfo"]["name"] == "phi-ls"


async def test_the_folders_of_the_workspace_are_kept() -> None:
    session = Session()
    await session.initialize(workspaceFolders=[{"uri": "file:///work", "name": "work"}], rootUri="file:///work")
    assert list(session.server.workspace.folders) == ["file:///work"]


async def test_the_folder_that_is_worked_in_follows_the_client() -> None:
    session = Session()
    first, second = ({"uri": f"file:///{name}", "name": name} for name in ("first", "second"))
    await session.initialize(workspaceFolders=[first], rootUri="file:///first")
    assert session.server.folder == "file:///first"
    event = {"added": [second], "removed": [first]}
    session.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    assert session.server.folder == "file:///second"
    session.notify("workspace/didChangeWorkspaceFolders", {"event": {"added": [], "removed": [second]}})
    assert session.server.folder == ""


async def test_a_client_that_knows_no_folders_works_in_its_root() -> None:
    session = Session()
    await session.initialize(rootUri="file:///root")
    assert session.server.folder == "file:///root"
