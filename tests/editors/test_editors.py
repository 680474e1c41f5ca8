"""What a user of each editor gets from phi-ls, with the configuration of its page in docs/editors."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from editors import checks
from editors.beside import WRITES
from editors.scenes import (
    AREA,
    BY_HAND,
    FOX,
    HALF,
    MANY,
    MIDDLE,
    QUICK,
    SLOW,
    SPECIAL,
    SPECIAL_TEXT,
    STALLED,
    STARTER,
    STARTER_SCENES,
    TABBED,
    TABBED_BODY,
    TOTAL,
    TOTAL_BODY,
    UNASKED,
)
from editors.workplace import LEAVING_SECONDS, START_SECONDS, is_running

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from editors.editor import Editor

feature = pytest.mark.feature


@feature("completion, accept, undo in one step")
def test_a_completion_is_shown_and_taken(shared: Editor) -> None:
    checks.completes_a_line(shared)
    if shared.tells_acceptance:
        shared.work.event("accepted")


@feature("several lines, indented")
def test_several_lines_come_with_the_right_indentation(shared: Editor) -> None:
    rest = "\n\n\nx = 1\n"
    checks.completes(shared, TOTAL + rest, 3, "result = 0", TOTAL + TOTAL_BODY + rest)


@feature("tabs")
def test_a_file_with_tabs_keeps_them(shared: Editor) -> None:
    rest = "\n\n\nx = 1\n"
    checks.completes(shared, TABBED + rest, 3, "result = 0", TABBED + TABBED_BODY + rest)


@feature("emoji, columns")
def test_columns_are_right_behind_an_emoji(shared: Editor) -> None:
    checks.completes(shared, FOX + "\n", 1, "'fox'", FOX + " 'fox'\n")


@feature("CRLF")
def test_a_file_with_crlf_keeps_it(shared: Editor) -> None:
    before, after = TOTAL + "\n\n\nx = 1\n", TOTAL + TOTAL_BODY + "\n\n\nx = 1\n"
    checks.completes(shared, before.replace("\n", "\r\n"), 3, "result = 0", after.replace("\n", "\r\n"))


@feature("behind a part of a word")
def test_a_word_is_gone_on_with(shared: Editor) -> None:
    checks.completes(shared, HALF + "\n\nx = 1\n", 1, "half_and_half", HALF + "nd_half\n\nx = 1\n")


@feature("in the middle of a line")
def test_what_follows_the_cursor_stays(shared: Editor) -> None:
    checks.completes_within(shared, MIDDLE + "\n", MIDDLE.index(")"), "width", "answer = max(1, width)\n")


@feature("dollar, brace, backslash")
def test_signs_with_a_meaning_in_snippets_stay_as_they_are(shared: Editor) -> None:
    checks.completes(shared, SPECIAL + "\n", 1, SPECIAL_TEXT, f"{SPECIAL} {SPECIAL_TEXT}\n")


@feature("asked for by hand")
def test_asking_by_hand_goes_past_what_keeps_ghost_text_away(
    shared: Editor, record_property: Callable[[str, object], None]
) -> None:
    """A popup that was asked for looks to the server like one that came by itself, so there it changes nothing."""
    path = shared.work.file(checks.name("hand"), BY_HAND + "\n")
    shared.open(path)
    shared.insert(1, BY_HAND.index("x"))
    if not shared.ghost:
        shared.ask()
        found = shared.work.event("completion", uri=path.as_uri())
        assert (found["gate"], found["text"]) == ("the cursor stands inside a word", "")
        record_property("result", "like unasked")
        return
    shared.ask_by_hand()
    shared.terminal.sees("product")
    shared.accept()
    shared.becomes(path, "by_hand = productx\n")


@feature("nothing to offer")
def test_an_old_offer_goes_when_nothing_is_offered(shared: Editor) -> None:
    checks.clears_what_no_longer_fits(shared)


@feature("hover")
def test_a_hover_tells_what_a_name_is(shared: Editor) -> None:
    checks.hovers(shared)


@feature("action: document")
def test_an_action_edits_the_file(shared: Editor) -> None:
    before = AREA + " width * height\n"
    path = shared.work.file(checks.name("document"), before)
    shared.open(path)
    shared.go(1, 5)
    shared.act("Document with phi-ls")
    shared.terminal.sees("Return the area of a rectangle.")
    head, body = before.split("\n", 1)
    shared.becomes(path, f'{head}\n    """Return the area of a rectangle."""\n{body}')
    shared.undo()
    shared.becomes(path, before)


@feature("action: explain")
def test_an_action_explains_in_a_document(shared: Editor) -> None:
    path = shared.work.file(checks.name("explain"), AREA + " width * height\n")
    shared.open(path)
    shared.go(1, 5)
    shared.act("Explain with phi-ls")
    shared.terminal.sees("It multiplies the two sides.")
    shared.work.event("action", action="explain", outcome="done")


@feature("settings of the page")
def test_the_settings_of_the_page_are_followed(shared: Editor) -> None:
    path = shared.work.file(checks.name("settings"), MANY + "\n")
    shared.open(path)
    shared.append(1)
    shared.ask()
    found = shared.work.event("completion", lambda event: event["new_tokens"] > 0, uri=path.as_uri())
    assert found["new_tokens"] == 48


@feature("latest wins under fast typing")
def test_the_newest_text_wins(shared: Editor) -> None:
    path = shared.work.file(checks.name("fast"), SLOW + "\n")
    shared.open(path)
    began = time.monotonic()
    shared.append(1)
    shared.ask()
    older = shared.work.event("generation", lambda event: event["t"] > began, state="asked")
    for piece in (" 1", "\n", "qui", "ck ="):
        shared.type(piece)
    if not shared.ghost:
        shared.offered("brown")
    shared.terminal.sees("brown")
    assert "lazy_dog" not in shared.terminal.screen()
    shared.accept()
    shared.becomes(path, f"{SLOW} 1\n{QUICK} brown\n")
    ended = shared.work.event("generation", lambda event: event["t"] > began, state="ended", id=older["id"])
    assert ended["finish_reason"] == "cancelled"


@feature("settings changed while running")
def test_changed_settings_are_followed(launch: Callable[..., Editor]) -> None:
    editor = launch()
    checks.completes_a_line(editor)
    editor.switch_off()
    path = editor.work.file("off.py", FOX + "\n")
    editor.open(path)
    editor.append(1)
    editor.ask()
    found = editor.work.event("completion", uri=path.as_uri())
    assert found["gate"] == "switched off by a setting"


@feature("another server beside it")
def test_another_server_is_heard_too(
    kind: type[Editor], launch: Callable[..., Editor], record_property: Callable[[str, object], None]
) -> None:
    """Both hovers and both completions are shown, and those of the other one also while the model hangs."""
    if not kind.several:
        record_property("result", "has no room for one")
        return
    editor = launch(beside=True)
    checks.shows_both_hovers(editor)
    checks.shows_both_completions(editor)
    path = editor.work.file("stalled.py", STALLED + "\n")
    editor.open(path)
    editor.append(1)
    editor.menu()
    editor.terminal.sees(WRITES)


@feature("worker killed")
def test_a_killed_worker_is_replaced(launch: Callable[..., Editor]) -> None:
    editor = launch()
    checks.completes_a_line(editor)
    os.kill(editor.work.workers()[-1], signal.SIGKILL)
    editor.work.event("worker", state="died")
    editor.terminal.wait(lambda: len(editor.work.workers()) == 2, "another worker", START_SECONDS)
    checks.completes(editor, FOX + "\n", 1, "'fox'", FOX + " 'fox'\n")
    assert len(editor.work.servers) == 1


@feature("server killed")
def test_a_killed_server_can_be_started_again(launch: Callable[..., Editor]) -> None:
    editor = launch()
    checks.completes_a_line(editor)
    server = psutil.Process(editor.work.servers[-1])
    server.kill()
    editor.terminal.wait(lambda: not is_running(server), "the server should be gone")
    editor.restart()
    editor.terminal.wait(lambda: len(editor.work.workers()) == 2, "another server", START_SECONDS)
    checks.completes(editor, FOX + "\n", 1, "'fox'", FOX + " 'fox'\n")


@feature("shutdown with a stalled model")
def test_the_editor_leaves_while_the_model_hangs(launch: Callable[..., Editor]) -> None:
    editor = launch()
    path = editor.work.file("stalled.py", STALLED + "\n")
    editor.open(path)
    editor.append(1)
    editor.ask()
    editor.work.event("generation", state="asked")
    editor.ends(LEAVING_SECONDS)
    assert editor.work.left_behind(LEAVING_SECONDS) == []


@pytest.mark.engine
@feature("the starter model")
def test_the_starter_model_completes(kind: type[Editor], launch: Callable[..., Editor]) -> None:
    pytest.importorskip("onnxruntime_genai")
    editor = launch(settings=STARTER if kind.ghost else UNASKED, ready="examined")
    path, text = _first_offer(editor)
    before = path.read_text()
    line = before.index("\n\n\n")
    editor.accept()
    editor.becomes(path, before[:line] + text + before[line:])
    editor.ends(LEAVING_SECONDS)
    assert editor.work.left_behind(LEAVING_SECONDS) == []


def _first_offer(editor: Editor) -> tuple[Path, str]:
    """Open files until the model has something to say at the end of the code; a small model often has not."""
    for number, scene in enumerate(STARTER_SCENES):
        path = editor.work.file(f"starter{number}.py", scene + "\n\n\nprint(1)\n")
        editor.open(path)
        editor.append(scene.count("\n") + 1)
        editor.ask_by_hand() if editor.ghost else editor.ask()
        found = editor.work.event("completion", lambda event: event["new_tokens"] > 0, uri=path.as_uri())
        text = found["text"]
        if editor.came_late(found):
            editor.ask()
        if text and not text.startswith("\n"):
            editor.shows(scene.splitlines()[-1], text)
            return path, text
    raise AssertionError("the starter model offered nothing")
