"""One answer to every request, and no box for what a client does wrong."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types

from lsp.session import Session
from phi_ls.errors import UsageError
from phi_ls.lsp import stdio
from phi_ls.lsp.frames import frame

if TYPE_CHECKING:
    from phi_ls.lsp.server import PhiLanguageServer

URI = "file:///a.py"


@pytest.fixture
async def session() -> Session:
    made = Session()
    await made.initialize()
    made.sent.clear()
    return made


def boxes(session: Session) -> list[object]:
    return [message for message in session.sent if message.get("method") == "window/showMessage"]


async def test_initialize_says_what_the_server_can_do() -> None:
    can = await Session().initialize({"general": {"positionEncodings": ["utf-8", "utf-16"]}})
    assert can == {
        "positionEncoding": "utf-8",
        "textDocumentSync": {"openClose": True, "change": 2, "save": False},
        "completionProvider": {"triggerCharacters": [".", "(", "=", ":"]},
        "hoverProvider": True,
        "codeActionProvider": {
            "codeActionKinds": [
                "phi.explain",
                "refactor.rewrite.phi.document",
                "quickfix.phi.explainError",
                "quickfix.phi.fix",
                "refactor.rewrite.phi.addTypes",
                "refactor.rewrite.phi.simplify",
                "phi.tests",
                "refactor.rewrite.phi.rename",
                "phi.own",
            ],
            "resolveProvider": True,
        },
        "executeCommandProvider": {
            "commands": [
                "phi.server.explain",
                "phi.server.document",
                "phi.server.explainError",
                "phi.server.fix",
                "phi.server.addTypes",
                "phi.server.simplify",
                "phi.server.refactor",
                "phi.server.tests",
                "phi.server.rename",
                "phi.server.explainFile",
                "phi.server.commitMessage",
                "phi.server.own",
                "phi.server.forgetExplanations",
                "phi.server.restart",
                "phi.server.why",
                "phi.server.showPrompt",
                "phi.server.doctor",
                "phi.server.backends",
                "phi.server.installBackend",
                "phi.server.models",
                "phi.server.pullModel",
                "phi.server.accepted",
            ],
            "workDoneProgress": True,
        },
        "inlineCompletionProvider": {},
        "workspace": {
            "workspaceFolders": {"supported": True, "changeNotifications": True},
            "fileOperations": {},
            "textDocumentContent": {"schemes": ["phi-ls"]},
        },
        "experimental": {"phi": {"status": True}},
    }


@pytest.mark.parametrize("said", [None, {}, {"dynamicRegistration": False}])
async def test_a_client_with_ghost_text_gets_no_popup_as_well(said: object) -> None:
    can = await Session().initialize({"textDocument": {"inlineCompletion": said}})
    assert "completionProvider" not in can
    assert can["inlineCompletionProvider"] == {}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-32", "utf-8", "utf-16"], "utf-32"),
        (["utf-16"], "utf-16"),
        (["utf-7", "utf-8"], "utf-8"),
        (["utf-7"], "utf-16"),
        ([], "utf-16"),
        (None, "utf-16"),
    ],
)
async def test_the_first_known_encoding_of_the_client_is_taken(offered: object, chosen: str) -> None:
    session = Session()
    can = await session.initialize({"general": {"positionEncodings": offered}})
    assert (can["positionEncoding"], session.server.encoding) == (chosen, chosen)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        pytest.param(
            {"jsonrpc": "2.0", "id": 1, "method": "no/such", "params": {}},
            {"id": 1, "code": -32601, "message": "phi-ls has no method no/such"},
            id="unknown-method",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "id": "a", "method": "$/no/such"},
            {"id": "a", "code": -32601, "message": "phi-ls has no method $/no/such"},
            id="unknown-dollar-method-without-params",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "id": 2, "method": "textDocument/hover", "params": {"textDocument": 3}},
            {"id": 2, "code": -32602, "message": "the parameters of textDocument/hover do not fit"},
            id="ill-typed-params",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "id": 3, "method": "textDocument/hover"},
            {"id": 3, "code": -32602, "message": "the parameters of textDocument/hover do not fit"},
            id="no-params",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "id": 4, "method": "initialize", "params": {"capabilities": {}}},
            {"id": 4, "code": -32600, "message": "phi-ls is initialized already"},
            id="initialize-twice",
        ),
        pytest.param(
            {"id": 5, "method": "shutdown"},
            {"id": 5, "code": -32600, "message": "wanted a JSON-RPC 2.0 request"},
            id="no-jsonrpc",
        ),
        pytest.param(
            {"jsonrpc": "1.0", "id": 6, "method": "shutdown"},
            {"id": 6, "code": -32600, "message": "wanted a JSON-RPC 2.0 request"},
            id="another-jsonrpc",
        ),
        pytest.param(
            [{"jsonrpc": "2.0", "id": 7, "method": "shutdown"}],
            {"id": None, "code": -32600, "message": "wanted one JSON-RPC 2.0 message"},
            id="batch",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "id": {}, "method": "shutdown"},
            {"id": None, "code": -32600, "message": "wanted one JSON-RPC 2.0 message"},
            id="id-is-an-object",
        ),
        pytest.param("hello", {"id": None, "code": -32600, "message": "wanted one JSON-RPC 2.0 message"}, id="text"),
        pytest.param(None, {"id": None, "code": -32600, "message": "wanted one JSON-RPC 2.0 message"}, id="null"),
    ],
)
async def test_what_cannot_be_done_is_refused_once(session: Session, message: object, error: dict[str, Any]) -> None:
    session.send(message)
    refusal = {"jsonrpc": "2.0", "id": error.pop("id"), "error": error}
    answers = [sent for sent in session.sent if "error" in sent]
    assert answers == [refusal]
    assert boxes(session) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"jsonrpc": "2.0", "id": 1, ', id="cut-off"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe{}", id="no-utf-8"),
        pytest.param(b"[" * 100_000, id="too-deep"),
    ],
)
async def test_what_is_no_json_is_answered_with_a_parse_error(session: Session, body: bytes) -> None:
    stdio.handle(session.server, body)
    assert [sent for sent in session.sent if "error" in sent] == [
        {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "wanted JSON"}}
    ]
    assert await session.result("textDocument/hover", hover_params()) is None


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"jsonrpc": "2.0", "method": "$/unknown", "params": {"a": 1}}, id="unknown"),
        pytest.param({"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {}}, id="ill-typed"),
        pytest.param({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}}, id="cancel-of-nothing"),
        pytest.param({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": None}, id="cancel-without-id"),
        pytest.param({"jsonrpc": "2.0", "id": 99, "result": 1}, id="answer-to-nothing"),
        pytest.param({"jsonrpc": "2.0", "id": 99, "error": {"code": 1, "message": "x"}}, id="error-to-nothing"),
        pytest.param(
            {
                "jsonrpc": "2.0",
                "method": "textDocument/didChange",
                "params": {"textDocument": {"uri": "file:///never", "version": 1}, "contentChanges": []},
            },
            id="change-of-an-unopened-document",
        ),
        pytest.param(
            {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "gone"}},
            id="cancel-of-ended-progress",
        ),
    ],
)
async def test_a_notification_that_means_nothing_is_passed_over(session: Session, message: object) -> None:
    session.send(message)
    assert [sent for sent in session.sent if sent.get("method") != "window/logMessage"] == []
    assert await session.result("textDocument/hover", hover_params()) is None


def hover_params() -> dict[str, Any]:
    return {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}


async def test_before_initialize_requests_are_refused_and_notifications_dropped() -> None:
    session = Session()
    session.open(URI, "text")
    assert await session.error("textDocument/hover", hover_params()) == (-32002, "phi-ls is not initialized yet")
    await session.initialize()
    assert session.server.documents.get(URI) is None


async def test_after_shutdown_requests_are_refused(session: Session) -> None:
    assert await session.result("shutdown") is None
    assert await session.error("textDocument/hover", hover_params()) == (-32600, "phi-ls is shut down")


async def test_shutdown_cancels_what_is_open(session: Session) -> None:
    add_waiting(session.server)
    session.send({"jsonrpc": "2.0", "id": 50, "method": "test/wait"})
    session.send({"jsonrpc": "2.0", "id": 51, "method": "shutdown"})
    assert (await session.answer(51))["result"] is None
    assert (await session.answer(50))["error"]["code"] == -32800


def add_waiting(server: PhiLanguageServer) -> list[str]:
    """Handlers that wait, swallow and fail, as own methods; returns what they note."""
    notes: list[str] = []

    @server.feature("test/wait")
    async def wait(_params: Any) -> str:
        notes.append("began")
        await asyncio.sleep(30)
        return "late"

    @server.feature("test/swallow")
    async def swallow(_params: Any) -> str:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return "partial"
        return "late"

    @server.feature("test/fail")
    async def fail(_params: Any) -> None:
        raise ValueError("password = 'hunter2'")

    @server.feature("test/refuse")
    async def refuse(_params: Any) -> None:
        raise UsageError("wanted a function, found none")

    @server.feature("test/unsendable")
    async def unsendable(_params: Any) -> object:
        return {1, 2}

    return notes


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        pytest.param("test/wait", {"error": {"code": -32800, "message": "test/wait was cancelled"}}, id="waiting"),
        pytest.param("test/swallow", {"result": "partial"}, id="that-ends-with-a-value"),
    ],
)
async def test_a_cancelled_request_is_answered_once(session: Session, method: str, answer: object) -> None:
    add_waiting(session.server)
    session.send({"jsonrpc": "2.0", "id": 9, "method": method})
    await asyncio.sleep(0.01)
    session.notify("$/cancelRequest", {"id": 9})
    session.notify("$/cancelRequest", {"id": 9})
    found = await session.answer(9)
    await asyncio.sleep(0.01)
    assert {key: found[key] for key in found if key in ("result", "error")} == answer
    assert len([sent for sent in session.sent if sent.get("id") == 9]) == 1


async def test_a_request_that_is_cancelled_in_the_same_breath_does_no_work(session: Session) -> None:
    notes = add_waiting(session.server)
    session.send({"jsonrpc": "2.0", "id": 9, "method": "test/wait"})
    session.notify("$/cancelRequest", {"id": 9})
    assert (await session.answer(9))["error"]["code"] == -32800
    assert notes == []


async def test_an_id_in_use_is_refused_and_the_first_request_still_answered(session: Session) -> None:
    add_waiting(session.server)
    session.send({"jsonrpc": "2.0", "id": 9, "method": "test/wait"})
    session.send({"jsonrpc": "2.0", "id": 9, "method": "test/wait"})
    session.notify("$/cancelRequest", {"id": 9})
    await asyncio.sleep(0.05)
    assert [sent["error"]["code"] for sent in session.sent if sent.get("id") == 9] == [-32600, -32800]


async def test_an_answer_with_the_id_of_a_request_of_the_client_disturbs_nothing(session: Session) -> None:
    add_waiting(session.server)
    session.send({"jsonrpc": "2.0", "id": 9, "method": "test/wait"})
    session.send({"jsonrpc": "2.0", "id": 9, "result": "confused"})
    session.notify("$/cancelRequest", {"id": 9})
    assert (await session.answer(9))["error"]["code"] == -32800


async def test_an_internal_failure_says_nothing_of_the_exception(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    add_waiting(session.server)
    with caplog.at_level(logging.ERROR, "phi_ls"):
        answer = await session.ask("test/fail")
    assert answer["error"] == {"code": -32603, "message": "test/fail failed inside phi-ls; its log says where"}
    assert "hunter2" not in json.dumps(session.sent)
    assert boxes(session) == []


async def test_an_error_that_is_meant_for_users_is_answered_with_its_line(session: Session) -> None:
    add_waiting(session.server)
    assert await session.error("test/refuse") == (-32803, "wanted a function, found none")


async def test_a_result_that_cannot_be_sent_is_answered_as_a_failure(session: Session) -> None:
    add_waiting(session.server)
    assert (await session.error("test/unsendable"))[0] == -32603


async def test_a_handler_sees_the_document_as_it_was_when_its_request_arrived() -> None:
    """Three messages in one write: the request between two changes must not see the second one."""
    session, seen = Session(), []
    body = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {
            "jsonrpc": "2.0",
            "method": "textDocument/didOpen",
            "params": {"textDocument": {"uri": URI, "languageId": "python", "version": 1, "text": "one"}},
        },
        {"jsonrpc": "2.0", "id": 2, "method": "test/see"},
        {
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": "two"}]},
        },
        {"jsonrpc": "2.0", "id": 3, "method": "test/see"},
        {"jsonrpc": "2.0", "id": 4, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]

    @session.server.feature("test/see")
    async def see(_params: Any) -> None:
        document = session.server.documents.get(URI)
        assert document is not None
        seen.append(document.snapshot().text)

    stream = io.BytesIO(b"".join(frame(json.dumps(message).encode()) for message in body))
    code = await stdio.converse(lambda: session.server, stream, io.BytesIO())
    assert (seen, code) == (["one", "two"], 0)


async def test_text_of_any_kind_survives_the_way_through_json(session: Session) -> None:
    text = "a\x00b\ud800c\u2028d\f🙂"
    session.open(URI, text)
    document = session.server.documents.get(URI)
    assert document is not None
    assert document.snapshot().text == text


async def test_lost_log_lines_and_reports_are_marked_as_such(session: Session) -> None:
    server = session.server
    server.window_log_message(types.LogMessageParams(type=types.MessageType.Info, message="m"))
    server.progress(types.ProgressParams(token=1, value=types.WorkDoneProgressReport(message="m")))
    server.progress(types.ProgressParams(token=1, value=types.WorkDoneProgressEnd()))
    server.tell("m")
    assert [message.get("droppable", False) for message in session.sent] == [True, True, False, False]
