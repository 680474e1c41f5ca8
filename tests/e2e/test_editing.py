"""What a user gets, over the wire: completions, hovers, explanations, documentation, and their cancelling."""

from __future__ import annotations

import ast
import itertools
import time
from typing import TYPE_CHECKING, Any

import pytest

from e2e.conftest import OPTIONS, Editor
from e2e.raw_client import FULL, at, wait_for_event

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_numbers = itertools.count(1)


def new_file(editor: Editor, text: str, language: str = "python") -> str:
    uri = f"file:///project/file{next(_numbers)}.py"
    editor.open(uri, text, language=language)
    return uri


def items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = answer["result"]["items"]
    return found


def test_an_inline_completion_is_inserted_and_parses(editor: Editor) -> None:
    before = "def total(price, count):\n    return "
    uri = new_file(editor, before + "\n")
    (item,) = items(editor.answer(editor.inline(uri, 1, 11)))
    where = {"line": 1, "character": 11}
    assert item["insertText"] == "price * count"
    assert item["range"] == {"start": where, "end": where}
    ast.parse(before + item["insertText"] + "\n")


def test_nothing_to_offer_is_an_empty_list(editor: Editor) -> None:
    uri = new_file(editor, "word")
    assert items(editor.answer(editor.inline(uri, 0, 2, kind=2))) == []
    assert items(editor.answer(editor.inline("file:///never/opened.py", 0, 0))) == []


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 16), ("utf-16", 11), ("utf-32", 10)])
def test_columns_are_those_of_the_client(start: Callable[..., Editor], encoding: str, column: int) -> None:
    """An edit, a completion and a hover, each behind characters that every encoding counts differently."""
    editor = start()
    can = editor.begin({**FULL, "general": {"positionEncodings": [encoding]}})
    assert can["positionEncoding"] == encoding
    uri = new_file(editor, "def total(): ...\nold\n")
    editor.change(uri, 'é = "🙂漢", old', version=2, start=(1, 0), end=(2, 0))
    editor.change(uri, "", version=3, start=(1, column), end=(1, column + 3))
    (item,) = items(editor.answer(editor.inline(uri, 1, column)))
    assert (item["insertText"], item["range"]["start"]) == ("price * count", {"line": 1, "character": column})
    editor.change(uri, "total()", version=4, start=(1, column), end=(1, column))
    assert editor.call("textDocument/hover", at(uri, 1, column + 2))["range"] == {
        "start": {"line": 1, "character": column},
        "end": {"line": 1, "character": column + 5},
    }
    assert editor.leave() == 0


def test_a_cancelled_completion_is_answered_at_once_and_the_engine_falls_idle(editor: Editor) -> None:
    uri = new_file(editor, "endless = ")
    began = time.monotonic()
    number = editor.inline(uri, 0, 10)
    wait_for_event(
        editor.journal,
        lambda e: e["event"] == "generation" and e["t"] > began and e["state"] == "prefilled",
        "prefilled prompt",
    )
    asked = time.monotonic()
    editor.cancel(number)
    answer = editor.answer(number)
    took = answer["at"] - asked
    print(f"\na cancelled completion was answered after {took * 1000:.1f} ms")  # noqa: T201 - a figure to read
    assert answer["error"]["code"] == -32800
    assert took < 1.0
    idle = wait_for_event(editor.journal, lambda e: e["event"] == "idle" and e["t"] > asked, "idle")
    print(f"the engine was idle after {(idle['t'] - asked) * 1000:.1f} ms")  # noqa: T201
    assert idle["t"] - asked < 1.0
    assert editor.answers_to(number) == [answer]


def test_a_newer_request_supersedes_the_older_one(editor: Editor) -> None:
    slow, fast = new_file(editor, "endless = "), new_file(editor, "total = ")
    older = editor.inline(slow, 0, 10)
    newer = editor.inline(fast, 0, 8)
    assert editor.answer(older)["result"] is None
    assert [item["insertText"] for item in items(editor.answer(newer))] == ["price * count"]


def test_an_answer_for_a_document_that_moved_on_is_null(editor: Editor) -> None:
    uri = new_file(editor, "total = \n")
    number = editor.inline(uri, 0, 8)
    editor.change(uri, "x", version=2, start=(1, 0), end=(1, 0))
    assert editor.answer(number)["result"] is None


def test_what_became_of_a_completion_is_written_down(editor: Editor) -> None:
    uri = new_file(editor, "total = ")
    (item,) = items(editor.answer(editor.inline(uri, 0, 8)))
    editor.notify("textDocument/didShowCompletion", {"item": item})
    editor.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 5})
    assert editor.call("workspace/executeCommand", item["command"]) is None
    number = item["command"]["arguments"][0]["id"]
    shown = wait_for_event(editor.journal, lambda e: e["event"] == "shown" and e["id"] == number, "shown")
    partial, whole = (accepted(editor, number, part=part) for part in (True, False))
    assert (partial["length"], shown["t"] <= partial["t"] <= whole["t"]) == (5, True)


def accepted(editor: Editor, number: int, *, part: bool) -> dict[str, Any]:
    return wait_for_event(
        editor.journal, lambda e: e["event"] == "accepted" and e["id"] == number and e["partial"] is part, "accepted"
    )


PRICE = "def price_of(price, count):\n    return price * count\n"
SLOW = PRICE.replace("price_of", "slow_one")
NAME = {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 6}}


def command(name: str, uri: str, **more: object) -> dict[str, Any]:
    return {"command": f"phi.server.{name}", "arguments": [{"uri": uri, "range": NAME, **more}]}


def test_an_explanation_is_returned_shown_kept_and_seen_in_the_next_hover(editor: Editor) -> None:
    uri = new_file(editor, PRICE)
    before = editor.call("textDocument/hover", at(uri, 0, 6))["contents"]["value"]
    assert "It multiplies" not in before
    answer = editor.call("workspace/executeCommand", {**command("explain", uri), "workDoneToken": "mine"})
    assert "It multiplies two numbers." in answer["markdown"]
    assert answer["uri"].startswith("phi-ls:/explain/")
    assert answer["uri"].endswith("/price_of.md")
    assert editor.notification("window/showDocument")["uri"] == answer["uri"]
    content = editor.call("workspace/textDocumentContent", {"uri": answer["uri"]})
    assert content == {"text": answer["markdown"]}
    assert "It multiplies two numbers." in editor.call("textDocument/hover", at(uri, 0, 6))["contents"]["value"]
    kinds = [params["value"]["kind"] for params in editor.all("$/progress") if params["token"] == "mine"]
    assert (kinds[0], kinds[-1], set(kinds[1:-1]) <= {"report"}) == ("begin", "end", True)
    event = wait_for_event(editor.journal, lambda e: e["event"] == "action" and e["uri"] == uri, "action")
    assert (event["action"], event["outcome"]) == ("explain", "done")


def test_an_explanation_outlives_the_server_and_goes_with_its_code_only(tmp_path: Path) -> None:
    uri = "file:///project/kept.py"
    text = f"import math\n\n\n{PRICE}"

    def explained(editor: Editor) -> bool:
        return "It multiplies" in editor.call("textDocument/hover", at(uri, 3, 6))["contents"]["value"]

    with Editor(tmp_path) as editor:
        editor.begin()
        editor.open(uri, text)
        name = {"start": {"line": 3, "character": 5}, "end": {"line": 3, "character": 5}}
        asked = {"command": "phi.server.explain", "arguments": [{"uri": uri, "range": name}]}
        editor.call("workspace/executeCommand", asked)
    with Editor(tmp_path) as editor:
        editor.begin()
        editor.open(uri, text)
        assert explained(editor)
        editor.change(uri, "import os\n", version=2, start=(0, 0), end=(1, 0))
        assert explained(editor)
        end = len(text.splitlines()[4])
        editor.change(uri, " + 1", version=3, start=(4, end), end=(4, end))
        assert not explained(editor)


@pytest.mark.parametrize("way", ["request", "progress"])
def test_an_explanation_can_be_cancelled_both_ways(editor: Editor, way: str) -> None:
    uri = new_file(editor, SLOW)
    number = editor.request("workspace/executeCommand", command("explain", uri))
    token = editor.notification("window/workDoneProgress/create")["token"]
    editor.wait_for(
        lambda m: m.get("method") == "$/progress" and m["params"]["value"]["kind"] == "report", "progress report"
    )
    if way == "request":
        editor.cancel(number)
    else:
        editor.notify("window/workDoneProgress/cancel", {"token": token})
    assert editor.answer(number)["error"]["code"] == -32800
    assert editor.all("$/progress")[-1] == {"token": token, "value": {"kind": "end"}}
    event = wait_for_event(editor.journal, lambda e: e["event"] == "action" and e["uri"] == uri, "action")
    assert event["outcome"] == "cancelled"


def test_documentation_is_applied_as_a_versioned_edit_that_parses(editor: Editor) -> None:
    uri = new_file(editor, PRICE)
    result = editor.call("workspace/executeCommand", command("document", uri, version=1))
    assert result == {"applied": True, "message": "Document price_of"}
    edit = editor.notification("workspace/applyEdit")["edit"]
    (change,) = edit["documentChanges"]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    assert list(edit["changeAnnotations"]) == [change["edits"][0]["annotationId"]]
    lines = PRICE.splitlines(keepends=True)
    for one in change["edits"]:
        start = one["range"]["start"]
        assert one["range"]["end"] == start
        lines[start["line"]] = (
            lines[start["line"]][: start["character"]] + one["newText"] + lines[start["line"]][start["character"] :]
        )
    tree = ast.parse("".join(lines))
    assert isinstance(tree.body[0], ast.FunctionDef)
    assert ast.get_docstring(tree.body[0]) == "Multiply the price by the count."


def test_documentation_for_a_file_that_moved_on_is_not_applied(editor: Editor) -> None:
    uri = new_file(editor, PRICE)
    number = editor.request("workspace/executeCommand", command("document", uri, version=1))
    editor.change(uri, "\n", version=2, start=(0, 0), end=(0, 0))
    message = "the file changed while the text was written, so nothing was applied; ask again"
    result = editor.answer(number)["result"]
    assert (result["applied"], result["message"]) == (False, message)
    assert (
        "Multiply the price by the count."
        in editor.call("workspace/textDocumentContent", {"uri": result["uri"]})["text"]
    )
    assert editor.notification("window/showMessage")["message"] == f"phi-ls: {message}"
    assert editor.all("workspace/applyEdit") == []


def test_an_edit_that_the_editor_refuses_is_reported(editor: Editor) -> None:
    uri = new_file(editor, PRICE)
    usual = editor.answers["workspace/applyEdit"]
    editor.answers["workspace/applyEdit"] = lambda _params: {"applied": False, "failureReason": "read only"}
    try:
        result = editor.call("workspace/executeCommand", command("document", uri, version=1))
    finally:
        editor.answers["workspace/applyEdit"] = usual
    assert (result["applied"], result["message"]) == (False, "the editor did not apply the edit: read only")
    assert editor.notification("window/showDocument")["uri"] == result["uri"]


def test_what_follows_an_accepted_completion_is_computed_before_it_is_asked_for(editor: Editor) -> None:
    uri = new_file(editor, "first = ")
    (item,) = items(editor.answer(editor.inline(uri, 0, 8, kind=2)))
    editor.change(uri, item["insertText"], version=2, start=(0, 8), end=(0, 8))
    command = item["command"]
    editor.call("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
    (shown,) = command["arguments"]
    wait_for_event(
        editor.journal,
        lambda e: e["event"] == "ahead" and e.get("of") == shown["id"] and e["state"] == "kept",
        "completion ahead",
    )
    editor.answer(editor.inline(uri, 0, 8 + len(item["insertText"]), kind=2))
    answered = wait_for_event(
        editor.journal, lambda e: e["event"] == "completion" and e["uri"] == uri and e["version"] == 2, "completion"
    )
    assert answered["source"] == "cache"


def test_the_prompt_of_a_file_is_read_when_it_is_opened(editor: Editor) -> None:
    began = time.monotonic()
    new_file(editor, "".join(f"value_{number} = {number}\n" for number in range(60)))
    read = wait_for_event(
        editor.journal,
        lambda e: e["event"] == "ahead" and e["t"] > began and e.get("rank") == "prompt" and e["state"] == "ended",
        "prompt that was read ahead",
    )
    assert read["new_tokens"] == 0
    assert read["prefilled_tokens"] > 60


def test_the_server_answers_questions_about_itself(editor: Editor) -> None:
    uri = new_file(editor, "total = ")
    editor.answer(editor.inline(uri, 0, 8))
    why = editor.call("workspace/executeCommand", {"command": "phi.server.why", "arguments": [{}]})
    assert why["text"].startswith("13 characters from the ")
    prompt = editor.call("workspace/executeCommand", {"command": "phi.server.showPrompt"})
    assert prompt["text"].endswith("total =")
    doctor = editor.call("workspace/executeCommand", {"command": "phi.server.doctor"})
    assert "scripted" in doctor["text"]


def test_the_log_holds_no_code(editor: Editor) -> None:
    uri = new_file(editor, "secret_marker = ")
    editor.answer(editor.inline(uri, 0, 16))
    editor.request("textDocument/hover", {"secret_marker": 1})
    editor.call("textDocument/hover", at(uri, 0, 3))
    log = (editor.home / "log" / "phi-ls.log").read_text(encoding="utf-8")
    assert "the parameters of textDocument/hover do not fit" in log
    assert "secret_marker" not in log
    assert "secret_marker" not in editor.stderr.decode()


def test_settings_come_by_every_channel_and_bad_ones_are_told_once(start: Callable[..., Editor]) -> None:
    """Initialization options choose the backend, an answer switches completions off, a push on, a pull off again."""
    off, on = ({"inlineCompletion": {"enable": value, "debounceMs": 0}, "threads": -1} for value in (False, True))
    editor = start(configuration=off)
    editor.begin(initializationOptions={**OPTIONS, "colour": "blue"})
    registered = editor.notification("client/registerCapability")["registrations"]
    assert [(one["method"], one["registerOptions"]) for one in registered] == [
        ("workspace/didChangeConfiguration", {"section": "phi"})
    ]
    uri = new_file(editor, "total = ")

    def offered() -> int:
        return len(items(editor.answer(editor.inline(uri, 0, 8))))

    assert offered() == 0
    editor.notify("workspace/didChangeConfiguration", {"settings": {"phi": on}})
    wait_until(lambda: offered() == 1)
    editor.notify("workspace/didChangeConfiguration", {"settings": None})
    wait_until(lambda: offered() == 0)
    warnings = [params["message"] for params in editor.all("window/showMessage")]
    assert warnings == [
        "phi-ls settings: phi.colour is no setting of phi-ls; it is ignored; "
        "phi.threads: wanted a whole number from 0 to 256, found -1; 0 is used"
    ]
    assert editor.leave() == 0


def wait_until(condition: Callable[[], bool], timeout: float = 20.0) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_client_without_ghost_text_gets_the_same_in_its_popup(start: Callable[..., Editor]) -> None:
    editor = start()
    capabilities = {"textDocument": {"completion": {}}, "experimental": FULL["experimental"]}
    assert "completionProvider" in editor.begin(capabilities)
    uri = new_file(editor, "total = ")
    found: list[dict[str, Any]] = []

    def asked() -> bool:
        answer = editor.call("textDocument/completion", at(uri, 0, 8))
        assert answer["isIncomplete"]
        found[:] = answer["items"]
        return bool(found)

    wait_until(asked)
    assert [(item["label"], item["textEdit"]["newText"]) for item in found] == [("price * count", "price * count")]
    assert editor.leave() == 0
