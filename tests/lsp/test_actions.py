"""What can be asked for at a place, and what commands answer before any model is needed."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from lsp.open_file import CIRCLE, URI, actions, complete_inline, explain, selection, session_with
from marked import marked
from phi_ls.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


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
    assert re.fullmatch(r"phi-ls:/prompt/\d+/prompt\.md", shown["uri"])
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
    (file,) = (home / "cache" / "answers").glob("prompt-*-prompt.md")
    assert asked["params"] == {"uri": file.as_uri(), "takeFocus": False}
    assert file.read_text(encoding="utf-8").startswith("```text\nThe model was not asked")
    session.send({"jsonrpc": "2.0", "id": asked["id"], "result": {"success": True}})
    number = file.name.split("-")[1]
    assert (await session.answer(80))["result"]["uri"] == f"phi-ls:/prompt/{number}/prompt.md"
