"""The handlers over an assistant that has no model: what is answered from the syntax, the file and the settings."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from lsp.session import Session
from marked import Marked, marked
from phi_ls.features.assistant import Assistant
from phi_ls.lsp.documents import LARGEST
from phi_ls.settings import InlineCompletionSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

URI = "file:///work/shapes.py"
CIRCLE = marked(
    '''\
def are$0a(radius: float) -> float:
    """The area of a circle."""
    return 3.14 * radius * radius


print(area(2))
'''
)
FULL = {
    "textDocument": {
        "inlineCompletion": {},
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {"codeActionLiteralSupport": {}},
    },
}


async def session_with(
    text: str, capabilities: dict[str, Any] | None = None, settings: Settings | None = None
) -> Session:
    session = Session()
    await session.initialize(capabilities or FULL)
    session.server.assistant = Assistant(settings or Settings())
    session.open(URI, text)
    session.sent.clear()
    return session


def position(m: Marked) -> dict[str, int]:
    line, column = m.source().position(m.cursor)
    return {"line": line, "character": column}


def at(m: Marked) -> dict[str, Any]:
    return {"textDocument": {"uri": URI}, "position": position(m)}


def selection(m: Marked) -> dict[str, Any]:
    start, end = (m.source().position(offset) for offset in (m.selection.start, m.selection.end))
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


async def test_a_hover_shows_what_the_syntax_knows_without_a_model() -> None:
    session = await session_with(CIRCLE.text)
    assert await session.result("textDocument/hover", at(CIRCLE)) == {
        "contents": {
            "kind": "markdown",
            "value": "```python\ndef area(radius: float) -> float\n```\n\n---\n\nThe area of a circle.",
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


async def complete_inline(session: Session, m: Marked, kind: int = 2, **context: object) -> Any:
    params = {**at(m), "context": {"triggerKind": kind, **context}}
    return await session.result("textDocument/inlineCompletion", params)


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


async def test_without_a_document_or_an_assistant_there_is_nothing_to_offer() -> None:
    session = await session_with(REPEATED.text)
    session.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
    assert await complete_inline(session, REPEATED) == {"items": []}
    assert await session.result("textDocument/hover", at(REPEATED)) is None
    session = await session_with(REPEATED.text)
    session.server.assistant = None
    assert await complete_inline(session, REPEATED) == {"items": []}
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
        "label": "ct(row) for row in rows][:limit]",
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


async def actions(session: Session, m: Marked, **context: object) -> Any:
    params = {"textDocument": {"uri": URI}, "range": selection(m), "context": {"diagnostics": [], **context}}
    return await session.result("textDocument/codeAction", params)


def titles(found: list[dict[str, Any]]) -> list[str]:
    return [action["title"] for action in found]


EXPLAIN, DOCUMENT = "Explain with phi-ls", "Document with phi-ls"


@pytest.mark.parametrize(
    ("text", "context", "offered"),
    [
        pytest.param(CIRCLE.before + "$0" + CIRCLE.after, {}, [EXPLAIN, DOCUMENT], id="on-a-name"),
        pytest.param("def f():\n    ret$0urn 1\n", {}, [EXPLAIN, DOCUMENT], id="in-a-body"),
        pytest.param("def f():\n    ret$0urn 1\n", {"triggerKind": 1}, [EXPLAIN, DOCUMENT], id="in-a-body-asked"),
        pytest.param("def f():\n    ret$0urn 1\n", {"triggerKind": 2}, [], id="in-a-body-unasked"),
        pytest.param("def $0f():\n    return 1\n", {"triggerKind": 2}, [EXPLAIN, DOCUMENT], id="on-a-name-unasked"),
        pytest.param("$0print(1)$0\n", {"triggerKind": 2}, [EXPLAIN], id="selection-of-no-symbol"),
        pytest.param("x = 1\n$0\n", {}, [], id="on-nothing"),
        pytest.param("def $0f(): ...\n", {"only": ["refactor"]}, [DOCUMENT], id="only-refactor"),
        pytest.param("def $0f(): ...\n", {"only": ["refactor.rewrite"]}, [DOCUMENT], id="only-rewrite"),
        pytest.param("def $0f(): ...\n", {"only": ["phi"]}, [EXPLAIN], id="only-ours"),
        pytest.param("def $0f(): ...\n", {"only": ["quickfix", "source"]}, [], id="only-others"),
        pytest.param("def $0f(): ...\n", {"only": [""]}, [EXPLAIN, DOCUMENT], id="all-kinds"),
        pytest.param("def $0f(): ...\n", {"only": ["refactor.re"]}, [], id="no-prefix-of-a-part"),
    ],
)
async def test_actions_are_offered_where_they_have_something_to_work_on(
    text: str, context: dict[str, object], offered: list[str]
) -> None:
    m = marked(text)
    assert titles(await actions(await session_with(m.text), m, **context)) == offered


async def test_an_action_names_a_command_with_one_argument() -> None:
    m = marked("def $0f(): ...\n")
    session = await session_with(m.text)
    argument = {"uri": URI, "range": selection(m), "version": 1}
    assert (await actions(session, m))[1] == {
        "title": DOCUMENT,
        "kind": "refactor.rewrite.phi.document",
        "command": {"title": DOCUMENT, "command": "phi.server.document", "arguments": [argument]},
    }


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        pytest.param({}, {"title": EXPLAIN, "command": "phi.server.explain"}, id="commands-only"),
        pytest.param(
            {"experimental": {"phi": {"commandLinks": True}}}, {"title": EXPLAIN, "command": "phi.explain"}, id="own"
        ),
    ],
)
async def test_clients_without_action_literals_get_plain_commands(
    capabilities: dict[str, Any], command: dict[str, str]
) -> None:
    m = marked("def $0f(): ...\n")
    session = await session_with(m.text, {"textDocument": {}, **capabilities})
    found = (await actions(session, m))[0]
    assert {key: found[key] for key in ("title", "command")} == command


@pytest.mark.parametrize(
    "action",
    [
        pytest.param({"title": "Explain"}, id="without-anything"),
        pytest.param({"title": "Other", "kind": "quickfix", "data": {"foreign": [1]}}, id="with-foreign-data"),
        pytest.param(
            {"title": EXPLAIN, "kind": "phi.explain", "command": {"title": EXPLAIN, "command": "phi.server.explain"}},
            id="ours",
        ),
    ],
)
async def test_resolving_gives_an_action_back_as_it_is(action: dict[str, Any]) -> None:
    session = await session_with("")
    assert await session.result("codeAction/resolve", action) == action


def explain(area: object, **more: object) -> dict[str, Any]:
    return {"command": "phi.server.explain", "arguments": [{"uri": URI, "range": area, **more}]}


AREA = selection(CIRCLE)


@pytest.mark.parametrize(
    ("params", "code", "message"),
    [
        pytest.param({"command": "phi.no"}, -32602, "phi-ls has no command phi.no", id="unknown-command"),
        pytest.param({"command": "phi.server.explain"}, -32602, "wanted a range with start and end", id="no-arguments"),
        pytest.param(
            {"command": "phi.server.explain", "arguments": [3]},
            -32602,
            "wanted one object with uri and range",
            id="no-object",
        ),
        pytest.param(explain("here"), -32602, "wanted a range with start and end", id="no-range"),
        pytest.param(
            {"command": "phi.server.explain", "arguments": [{"uri": "file:///other", "range": AREA}]},
            -32803,
            "phi-ls can work on open files only; open the file and try again",
            id="not-open",
        ),
        pytest.param(
            explain(AREA, version=7),
            -32803,
            "the file has changed since the command was offered; try again",
            id="stale",
        ),
    ],
)
async def test_a_command_with_wrong_arguments_is_refused_with_one_line(
    params: dict[str, Any], code: int, message: str
) -> None:
    session = await session_with(CIRCLE.text)
    assert await session.error("workspace/executeCommand", params) == (code, message)


async def test_why_says_what_was_decided_last() -> None:
    session = await session_with(marked("x = $0").text, settings=Settings(enable=False))
    await complete_inline(session, marked("x = $0"))
    text = "nothing was offered: switched off by a setting"
    assert await session.result("workspace/executeCommand", {"command": "phi.server.why"}) == {"text": text}
    assert [m["params"]["message"] for m in session.sent if m.get("method") == "window/showMessage"] == [
        f"phi-ls: {text}"
    ]


async def test_an_answer_is_kept_under_its_address_and_a_lost_one_says_so() -> None:
    session = await session_with("", {"experimental": {"phi": {"showsAnswers": True}}})
    shown = await session.result("workspace/executeCommand", {"command": "phi.server.showPrompt", "arguments": [{}]})
    assert shown["uri"] == "phi-ls:/prompt/1/prompt.md"
    assert await session.result("workspace/textDocumentContent", {"uri": shown["uri"]}) == {
        "text": "```text\nThe model was not asked for anything yet.\n```"
    }
    assert await session.result("workspace/textDocumentContent", {"uri": "phi-ls:/prompt/99/prompt.md"}) == {
        "text": "This answer is no longer kept. Ask for it again.\n"
    }


async def test_a_client_that_can_show_documents_only_is_shown_a_file(home: Path) -> None:
    session = await session_with("", {"window": {"showDocument": {"support": True}}})
    session.send(
        {
            "jsonrpc": "2.0",
            "id": 80,
            "method": "workspace/executeCommand",
            "params": {"command": "phi.server.showPrompt"},
        }
    )
    for _ in range(400):
        if asked := [m for m in session.sent if m.get("method") == "window/showDocument"]:
            break
        await asyncio.sleep(0.01)
    (asked,) = asked
    file = home / "cache" / "answers" / "prompt-1-prompt.md"
    assert asked["params"] == {"uri": file.as_uri(), "takeFocus": False}
    assert file.read_text(encoding="utf-8").startswith("```text\nThe model was not asked")
    session.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"success": True}})
    assert (await session.answer(80))["result"]["uri"] == "phi-ls:/prompt/1/prompt.md"
