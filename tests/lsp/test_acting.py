"""Actions through the protocol: edits of one version, answers that grow, what is refused and what is kept."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lsp.open_file import URI, selection
from lsp.session import Session
from marked import marked
from phi_ls.features.assistant import Assistant
from phi_ls.journal import Journal
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

pytestmark = pytest.mark.e2e

CODE = marked("def to$0tal(items):\n    return sum(items)\n")
EDITING = {"workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}}
STREAMING = {
    "workspace": {"textDocumentContent": {}, **EDITING},
    "window": {"showDocument": {"support": True}, "workDoneProgress": True},
}

OWN_PANEL = {**STREAMING, "experimental": {"phi": {"showsAnswers": True, "streamsAnswers": True}}}


@asynccontextmanager
async def acting(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    capabilities: dict[str, Any],
    settings: dict[str, Any] | None = None,
    *,
    applied: bool = True,
    **script: Any,
) -> AsyncGenerator[Session, None]:
    """A session whose model gives this answer; requests of the server are answered as an editor would."""
    (folder / "script.json").write_text(json.dumps({"default": answer, **script}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(folder / "script.json"))
    resolved, problems = resolve([{"backend": "scripted"}, settings or {}])
    assert problems == []
    assistant = Assistant(resolved, Journal(str(folder / "journal")))
    session = Session()
    await session.initialize(capabilities)
    await assistant.start()
    await assistant.supervisor.client()
    session.server.use(assistant)
    session.open(URI, CODE.text)
    editor = asyncio.create_task(answering(session, applied=applied))
    try:
        yield session
    finally:
        editor.cancel()
        await session.server.close()
        assistant.journal.close()


async def answering(session: Session, *, applied: bool) -> None:
    """An editor that agrees to everything, and applies edits or not."""
    results: dict[str, Any] = {
        "workspace/applyEdit": {"applied": applied},
        "window/showDocument": {"success": True},
        "window/workDoneProgress/create": None,
        "workspace/textDocumentContent/refresh": None,
    }
    seen = 0
    while True:
        for message in session.sent[seen:]:
            if "id" in message and message.get("method") in results:
                session.send({"jsonrpc": "2.0", "id": message["id"], "result": results[message["method"]]})
        seen = len(session.sent)
        await asyncio.sleep(0.005)


async def run(session: Session, action: str, **more: Any) -> Any:
    argument = {"uri": URI, "range": selection(CODE), **more}
    return await session.result(
        "workspace/executeCommand", {"command": f"phi.server.{action}", "arguments": [argument]}
    )


def sent(session: Session, method: str) -> list[Any]:
    return [message["params"] for message in session.sent if message.get("method") == method]


async def content(session: Session, uri: str) -> str:
    text: str = (await session.result("workspace/textDocumentContent", {"uri": uri}))["text"]
    return text


async def test_an_edit_is_for_the_version_that_was_asked_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acting(tmp_path, monkeypatch, "Adds all items.", {"workspace": EDITING}) as session:
        assert await run(session, "document") == {"applied": True, "message": "Document total"}
        (applied,) = sent(session, "workspace/applyEdit")
        (change,) = applied["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 1}
        assert [edit["newText"] for edit in change["edits"]] == ['"""Adds all items."""\n    ']


async def test_a_file_that_changed_meanwhile_keeps_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {"token_ms": 30}
    async with acting(tmp_path, monkeypatch, "Adds all items.", {"workspace": EDITING}, **slow) as session:
        asked = asyncio.create_task(run(session, "document"))
        await asyncio.sleep(0.05)
        change = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "text": "\n"}
        session.send(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didChange",
                "params": {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]},
            }
        )
        told = await asked
        assert (told["applied"], told["message"]) == (
            False,
            "the file changed while the text was written, so nothing was applied; ask again",
        )
        assert sent(session, "workspace/applyEdit") == []
        assert await content(session, told["uri"]) == "# Document total\n\nAdds all items.\n"


async def test_what_cannot_be_trusted_is_shown_and_never_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with acting(tmp_path, monkeypatch, "def other(): ...", {"workspace": EDITING}) as session:
        told = await run(session, "simplify")
        message = "nothing was changed: the answer would take away total"
        assert (told["applied"], told["message"]) == (False, message)
        assert "Nothing was changed: the answer would take away total." in await content(session, told["uri"])
        assert sent(session, "workspace/applyEdit") == []
        assert sent(session, "window/showMessage")[0]["message"] == f"phi-ls: {message}"


async def test_a_long_answer_can_be_read_while_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = " ".join(f"word{number}" for number in range(60))
    async with acting(tmp_path, monkeypatch, words, STREAMING, token_ms=10) as session:
        asked = asyncio.create_task(run(session, "explain"))
        async with asyncio.timeout(20):
            while not (shown := sent(session, "window/showDocument")):  # noqa: ASYNC110 - an editor has no event
                await asyncio.sleep(0.01)
        early = await content(session, shown[0]["uri"])
        assert "word0" in early
        assert "word59" not in early
        assert early.endswith("*…*\n")
        told = await asked
        assert told["uri"] == shown[0]["uri"]
        whole = await content(session, told["uri"])
        assert whole == told["markdown"]
        assert "word59" in whole
        assert whole.endswith(f"[shapes.py, line 1](<{URI}#L1>)\n")
        assert len(sent(session, "window/showDocument")) == 1
        assert session.server.answers.was_read(told["uri"])
        refreshed = sent(session, "workspace/textDocumentContent/refresh")
        assert len(refreshed) > 1
        assert {params["uri"] for params in refreshed} == {told["uri"]}


async def test_an_editor_that_asks_for_it_is_told_of_an_answer_that_grows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "It adds " + " ".join(f"word{number}" for number in range(30))
    async with acting(tmp_path, monkeypatch, words, OWN_PANEL, token_ms=20) as session:
        told = await run(session, "explain")
        brought = sent(session, "phi/answer")
        assert len(brought) > 2
        assert {(params["uri"], params["title"]) for params in brought} == {(told["uri"], "Explanation of total")}
        opening = "# `total`\n\n```python\ndef total(items)\n```\n\nIt"
        assert all(params["markdown"].startswith(opening) for params in brought)
        assert [params["markdown"].endswith("\n\n*…*\n") for params in brought] == [True] * (len(brought) - 1) + [False]
        assert brought[-1] == {key: told[key] for key in ("uri", "title", "markdown", "code")}
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 21}}
        assert told["code"] == {"uri": URI, "range": whole}
        assert sent(session, "window/showDocument") == []


async def test_an_answer_for_a_hover_opens_nothing_and_is_there_at_once_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with acting(tmp_path, monkeypatch, "It adds.", OWN_PANEL) as session:
        assert session.server.assistant is not None
        session.server.assistant.explanations.clear()
        asked = await run(session, "explain", hover={"uri": URI, "line": 0, "character": 4})
        assert sent(session, "phi/answer") == []
        kept = await run(session, "explain", kept=True)
        assert kept["markdown"] == asked["markdown"]
        journal = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
        assert sum(entry["event"] == "generation" and entry["state"] == "asked" for entry in journal) == 1


@pytest.mark.parametrize(
    ("setting", "action", "confirmed"),
    [
        pytest.param("code", "document", False, id="documentation-is-checked"),
        pytest.param("code", "simplify", True, id="code-is-seen-first"),
        pytest.param("always", "document", True, id="all-are-seen-first"),
        pytest.param("never", "simplify", False, id="none-is"),
    ],
)
async def test_an_edit_is_shown_before_it_is_made_where_the_settings_want_that(
    setting: str, action: str, confirmed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "Adds all items." if action == "document" else "def total(items):\n    return sum(items or ())\n"
    annotating = {"workspaceEdit": {**EDITING["workspaceEdit"], "changeAnnotationSupport": {}}}
    settings = {"confirmEdits": setting}
    async with acting(tmp_path, monkeypatch, answer, {"workspace": annotating}, settings) as session:
        assert (await run(session, action))["applied"]
        (applied,) = sent(session, "workspace/applyEdit")
        assert applied["edit"]["changeAnnotations"]["phi-ls"]["needsConfirmation"] is confirmed


async def test_an_answer_leads_to_the_code_where_it_is_by_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = " ".join(f"word{number}" for number in range(20))
    async with acting(tmp_path, monkeypatch, words, OWN_PANEL, token_ms=30) as session:
        asked = asyncio.create_task(run(session, "explain"))
        await asyncio.sleep(0.05)
        start = {"line": 0, "character": 0}
        change = {"range": {"start": start, "end": start}, "text": "# above\n"}
        changed = {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]}
        session.send({"jsonrpc": "2.0", "method": "textDocument/didChange", "params": changed})
        told = await asked
        assert told["code"]["range"] == {
            "start": {"line": 1, "character": 0},
            "end": {"line": 2, "character": 21},
        }


async def test_an_edit_that_is_turned_down_is_kept_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotating = {"workspaceEdit": {**EDITING["workspaceEdit"], "changeAnnotationSupport": {}}}
    panel = {"workspace": annotating, "experimental": {"phi": {"showsAnswers": True}}}
    settings = {"confirmEdits": "always"}
    async with acting(tmp_path, monkeypatch, "Adds all items.", panel, settings, applied=False) as session:
        told = await run(session, "document")
        assert (told["applied"], told["discarded"], "message" in told) == (False, True, False)
        assert await content(session, told["uri"]) == told["markdown"] == "# Document total\n\nAdds all items.\n"
        assert sent(session, "window/showMessage") == []


async def test_cancelling_stops_the_engine_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acting(tmp_path, monkeypatch, "word " * 500, STREAMING, token_ms=20) as session:
        argument = {"uri": URI, "range": selection(CODE)}
        params = {"command": "phi.server.explain", "arguments": [argument], "workDoneToken": "mine"}
        session.send({"jsonrpc": "2.0", "id": 77, "method": "workspace/executeCommand", "params": params})
        async with asyncio.timeout(20):
            while not (shown := sent(session, "window/showDocument")):  # noqa: ASYNC110 - an editor has no event
                await asyncio.sleep(0.01)
        session.send({"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "mine"}})
        assert (await session.answer(77))["error"]["code"] == -32800
        reasons: list[str] = []
        async with asyncio.timeout(20):
            while not reasons:  # the answer does not wait for the engine
                await asyncio.sleep(0.01)
                ended = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
                asked = [entry for entry in ended if entry["event"] == "generation"]
                reasons = [entry["finish_reason"] for entry in asked if entry["state"] == "ended"]
        assert reasons == ["cancelled"]
        assert [entry["outcome"] for entry in ended if entry["event"] == "action"] == ["cancelled"]
        assert (await content(session, shown[0]["uri"])).endswith("*It was stopped here.*\n")
        assert sent(session, "workspace/applyEdit") == []


async def test_an_error_is_explained_from_the_light_bulb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    capabilities = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {}}}}
    diagnostic = {
        "range": {"start": {"line": 1, "character": 11}, "end": {"line": 1, "character": 14}},
        "message": "sum is not defined",
        "source": "pyright",
        "code": "reportUndefined",
    }
    async with acting(tmp_path, monkeypatch, "It is missing.", capabilities) as session:
        params = {
            "textDocument": {"uri": URI},
            "range": diagnostic["range"],
            "context": {"diagnostics": [diagnostic], "triggerKind": 2, "only": ["quickfix"]},
        }
        explain, fix = await session.result("textDocument/codeAction", params)
        assert [explain["title"], fix["title"]] == ["Explain this problem with phi-ls", "Fix this problem with phi-ls"]
        assert explain["diagnostics"] == [diagnostic]
        told = await session.result(
            "workspace/executeCommand",
            {"command": explain["command"]["command"], "arguments": explain["command"]["arguments"]},
        )
        assert "> line 2: sum is not defined (pyright reportUndefined)\n\nIt is missing." in told["markdown"]


async def test_an_action_of_the_users_own_is_in_the_light_bulb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"actions": [{"title": "Translate", "prompt": "In French: ${selection}"}]}
    capabilities = {"textDocument": {"codeAction": {"codeActionLiteralSupport": {}}}}
    async with acting(tmp_path, monkeypatch, "La somme.", capabilities, settings) as session:
        params = {"textDocument": {"uri": URI}, "range": selection(CODE), "context": {"diagnostics": []}}
        action = (await session.result("textDocument/codeAction", params))[-1]
        assert (action["title"], action["kind"]) == ("Translate", "phi.own")
        told = await session.result(
            "workspace/executeCommand",
            {"command": action["command"]["command"], "arguments": action["command"]["arguments"]},
        )
        assert told["text"] == "La somme."


async def test_a_test_file_is_created_by_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from shapes import total\n\n\ndef test_total():\n    assert total([]) == 0\n"
    async with acting(tmp_path, monkeypatch, text, {"workspace": EDITING}) as session:
        uri = (tmp_path / "shapes.py").as_uri()
        session.open(uri, CODE.text)
        assert (await run(session, "tests", uri=uri))["applied"]
        (applied,) = sent(session, "workspace/applyEdit")
        made = (tmp_path / "test_shapes.py").as_uri()
        create, fill = applied["edit"]["documentChanges"]
        assert create == {"kind": "create", "uri": made, "options": {"overwrite": False, "ignoreIfExists": False}}
        assert [edit["newText"] for edit in fill["edits"]] == [text]
    async with acting(tmp_path, monkeypatch, text, {}) as session:
        session.open(uri, CODE.text)
        told = await run(session, "tests", uri=uri)
        assert told["message"] == "the editor cannot create files, so nothing was written"
        assert text in await content(session, told["uri"])


async def test_names_come_with_the_place_to_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acting(tmp_path, monkeypatch, "sum_up\nadd_all\n", {}) as session:
        told = await run(session, "rename")
        assert told["names"] == ["sum_up", "add_all"]
        assert (told["name"], told["position"]) == ("total", {"line": 0, "character": 4})


async def test_explanations_can_be_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with acting(tmp_path, monkeypatch, "It adds.", {}) as session:
        assert session.server.assistant is not None
        session.server.assistant.explanations.clear()
        await run(session, "explain")
        forget = {"command": "phi.server.forgetExplanations", "arguments": [{}]}
        assert await session.result("workspace/executeCommand", forget) == {"text": "1 explanation deleted"}
        assert await session.result("workspace/executeCommand", forget) == {"text": "0 explanations deleted"}
