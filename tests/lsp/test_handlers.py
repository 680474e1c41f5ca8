"""The handlers over an assistant that has no model: what is answered from the syntax, the file and the settings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lsp.open_file import CIRCLE, FULL, URI, actions, at, complete_inline, explain, position, selection, session_with
from lsp.session import Session
from marked import Marked, marked
from phi_ls.features.assistant import Assistant
from phi_ls.features.inline_completion import Offer
from phi_ls.lsp.documents import LARGEST
from phi_ls.settings import InlineCompletionSettings, Settings


async def test_a_hover_shows_what_the_syntax_knows_without_a_model() -> None:
    session = await session_with(CIRCLE.text)
    assert await session.result("textDocument/hover", at(CIRCLE)) == {
        "contents": {
            "kind": "markdown",
            "value": "```python\ndef area(radius: float) -> float\n```\n\n---\n\nThe area of a circle.\n\n---\n\n"
            "*function, shapes.py line 1; named 2 times in this file*",
        },
        "range": {"start": {"line": 0, "character": 4}, "end": {"line": 0, "character": 8}},
    }


async def test_a_hover_over_nothing_is_null() -> None:
    m = marked("x = 1\n$0\n")
    session = await session_with(m.text)
    assert await session.result("textDocument/hover", at(m)) is None


REPEATED = marked(
    """\
def first(connection, table, limit):
    rows = connection.execute("select * from " + table)
    return [dict(row) for row in rows][:limit]


def second(connection, table, limit):
    rows = connection.execute("select * from " + table)
    $0
"""
)


async def test_an_inline_completion_stands_in_an_empty_range_at_the_cursor() -> None:
    session = await session_with(REPEATED.text)
    where = position(REPEATED)
    assert await complete_inline(session, REPEATED) == {
        "items": [
            {
                "insertText": "return [dict(row) for row in rows][:limit]",
                "range": {"start": where, "end": where},
                "command": {
                    "title": "phi-ls: accepted",
                    "command": "phi.server.accepted",
                    "arguments": [{"id": 1}],
                },
            }
        ]
    }


async def test_a_selected_list_item_is_what_the_completion_starts_with() -> None:
    m = marked(REPEATED.before + "ret$0" + REPEATED.after)
    session = await session_with(m.text)
    line, column = m.source().position(m.cursor)
    area = {"start": {"line": line, "character": column - 3}, "end": {"line": line, "character": column}}
    chosen = {"range": area, "text": "return"}
    answer = await complete_inline(session, m, selectedCompletionInfo=chosen)
    assert [(item["insertText"], item["range"]) for item in answer["items"]] == [
        ("return [dict(row) for row in rows][:limit]", area)
    ]


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("$0", Settings(), id="nothing-to-go-by"),
        pytest.param(REPEATED.before + "$0" + REPEATED.after, Settings(enable=False), id="switched-off"),
        pytest.param(
            REPEATED.before + "$0" + REPEATED.after,
            Settings(inline_completion=InlineCompletionSettings(enable=False)),
            id="inline-switched-off",
        ),
    ],
)
async def test_nothing_to_offer_is_an_empty_list(text: str, settings: Settings) -> None:
    m = marked(text)
    session = await session_with(m.text, settings=settings)
    assert await complete_inline(session, m) == {"items": []}


async def test_without_a_document_there_is_nothing_to_offer() -> None:
    session = await session_with(REPEATED.text)
    session.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await complete_inline(session, REPEATED) == {"items": []}
    assert await session.result("textDocument/hover", at(REPEATED)) is None


async def test_what_is_asked_for_waits_for_the_assistant_and_what_is_not_does_not() -> None:
    session = Session()
    await session.initialize(FULL)
    session.open(URI, CIRCLE.text)
    assert await complete_inline(session, CIRCLE, kind=2) == {"items": []}
    hover = asyncio.create_task(session.result("textDocument/hover", at(CIRCLE)))
    await asyncio.sleep(0.05)
    assert not hover.done()
    session.server.use(Assistant(Settings()))
    assert (await hover)["contents"]["value"].startswith("```python\ndef area")


async def test_an_assistant_that_does_not_come_leaves_no_request_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phi_ls.lsp.server.START_SECONDS", 0.01)
    session = Session()
    await session.initialize(FULL)
    session.open(URI, CIRCLE.text)
    assert await complete_inline(session, CIRCLE, kind=1) == {"items": []}
    assert await session.result("textDocument/hover", at(CIRCLE)) is None
    assert await actions(session, CIRCLE) == []
    assert await session.error("workspace/executeCommand", {"command": "phi.server.why"}) == (
        -32803,
        "phi-ls is still starting; try again in a moment",
    )


async def test_a_document_that_is_too_large_is_left_alone() -> None:
    session = await session_with(CIRCLE.text + "#" * LARGEST)
    assert await session.result("textDocument/hover", at(CIRCLE)) is None
    assert await complete_inline(session, CIRCLE) == {"items": []}
    assert await actions(session, CIRCLE) == []
    code, message = await session.error("workspace/executeCommand", explain(selection(CIRCLE)))
    assert (code, message) == (-32803, "the file is larger than 2 MiB; phi-ls leaves it alone")


async def test_an_invoked_completion_without_a_model_is_an_empty_list_and_no_error() -> None:
    session = await session_with("x = $0".replace("$0", ""))
    assert await complete_inline(session, marked("x = $0"), kind=1) == {"items": []}


POPUP = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
PLAIN_POPUP: dict[str, Any] = {"textDocument": {"completion": {"completionItem": {}}}}

BRACES = marked(
    """\
function first(rows, limit) {
    for (const row of rows.filter((each) => each.ready)) {
        show(`${row.name}`);
        limit -= 1;
    }
}

function second(rows, limit) {
    for (const row of rows.filter((each) => each.ready)) {
        $0
"""
)


async def popup(m: Marked, capabilities: dict[str, Any], language: str = "python") -> Any:
    settings = Settings(inline_completion=InlineCompletionSettings(debounce_ms=0))
    session = await session_with(m.text, capabilities, settings)
    session.open(URI, m.text, language=language)
    return await session.result("textDocument/completion", at(m))


async def test_the_popup_offers_the_same_text_behind_the_word_at_the_cursor() -> None:
    m = marked(REPEATED.before + "return [di$0\n")
    answer = await popup(m, POPUP)
    (item,) = answer["items"]
    where = position(m)
    assert answer["isIncomplete"] is True
    assert item == {
        "label": "dict(row) for row in rows][:limit]",
        "kind": 1,
        "detail": "phi-ls",
        "documentation": {"kind": "plaintext", "value": "ct(row) for row in rows][:limit]"},
        "filterText": "di",
        "sortText": "~",
        "insertTextFormat": 2,
        "insertTextMode": 2,
        "textEdit": {"range": {"start": where, "end": where}, "newText": "ct(row) for row in rows][:limit]"},
        "command": {"title": "phi-ls: accepted", "command": "phi.server.accepted", "arguments": [{"id": 1}]},
    }


async def test_a_popup_without_snippets_gets_the_text_as_it_stands_in_the_file() -> None:
    answer = await popup(BRACES, PLAIN_POPUP, "javascript")
    (item,) = answer["items"]
    assert (item["insertTextFormat"], item["insertTextMode"]) == (1, 1)
    assert item["textEdit"]["newText"].startswith("show(`${row.name}`);")


async def test_a_popup_with_snippets_gets_them_escaped() -> None:
    answer = await popup(BRACES, POPUP, "javascript")
    (item,) = answer["items"]
    assert item["textEdit"]["newText"].startswith(r"show(`\${row.name\}`);")


async def test_a_popup_with_nothing_to_show_says_that_it_is_incomplete() -> None:
    assert await popup(marked("x = $0"), POPUP) == {"isIncomplete": True, "items": []}


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        pytest.param("Neovim", "\n", id="ends-them-itself"),
        pytest.param("helix", "\r\n", id="inserts-what-it-is-sent"),
    ],
)
@pytest.mark.parametrize(
    ("method", "capabilities"),
    [
        pytest.param("textDocument/inlineCompletion", FULL, id="ghost-text"),
        pytest.param("textDocument/completion", POPUP, id="popup"),
    ],
)
async def test_lines_are_ended_as_the_client_wants_them(
    name: str, ends: str, method: str, capabilities: dict[str, Any]
) -> None:
    """A carriage return that Neovim is sent stays in its text; Helix inserts the bytes as they are."""
    session = Session()
    await session.initialize(capabilities, clientInfo={"name": name})
    session.server.use(Assistant(Settings()))
    session.open(URI, "x = 1\r\n")
    offset = len("x = 1\r\n")
    session.server.assistant.completions.put(  # type: ignore[union-attr]
        session.server.documents.get(URI).snapshot(),  # type: ignore[union-attr]
        offset,
        "y = 2\r\nz = 3",
    )
    place = {"textDocument": {"uri": URI}, "position": {"line": 1, "character": 0}, "context": {"triggerKind": 1}}
    (item,) = (await session.result(method, place))["items"]
    text = item.get("insertText") or item["textEdit"]["newText"]
    assert text == f"y = 2{ends}z = 3"


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        pytest.param(1, ["slowly"], id="asked-for"),
        pytest.param(2, [], id="after-a-trigger-character"),
        pytest.param(3, ["slowly"], id="typed-on"),
    ],
)
async def test_a_popup_waits_for_the_model_unless_a_character_has_triggered_it(
    monkeypatch: pytest.MonkeyPatch, kind: int, offered: list[str]
) -> None:
    """A user who pauses presses no next key; after a dot, others have members to offer."""

    async def slow(*_arguments: object, **_more: object) -> Offer:
        await asyncio.sleep(0.1)
        return Offer(text="slowly")

    monkeypatch.setattr("phi_ls.lsp.handlers.completion.offer_at", slow)
    monkeypatch.setattr("phi_ls.lsp.handlers.completion.TRIGGERED_SECONDS", 0.01)
    session = await session_with("x.", POPUP)
    params = {**at(marked("x.$0")), "context": {"triggerKind": kind, "triggerCharacter": "."}}
    answer = await session.result("textDocument/completion", params)
    assert ([item["label"] for item in answer["items"]], answer["isIncomplete"]) == (offered, True)


async def test_a_client_that_traces_is_told_how_a_completion_came_about_and_not_its_text() -> None:
    session = await session_with(REPEATED.text)
    for value in ("messages", "verbose", "off"):
        session.notify("$/setTrace", {"value": value})
        await complete_inline(session, REPEATED)
    traces = [m["params"] for m in session.sent if m.get("method") == "$/logTrace"]
    assert [sorted(trace) for trace in traces] == [["message"], ["message", "verbose"]]
    assert traces[0]["message"].startswith("completion 1: 42 characters from the lookup, ")
    assert traces[1]["verbose"] == "0 prompt tokens, 0 reused, 0 new"
