"""Checks that a sabotaged server must fail: AssertionError when the editor shows or writes another thing."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from editors.beside import KNOWS, WRITES
from editors.scenes import AREA, FOX, HOVERED, QUICK, SUMMARY

if TYPE_CHECKING:
    from pathlib import Path

    from editors.editor import Editor

_numbers = itertools.count(1)


def name(stem: str) -> str:
    """A file name that no other test uses."""
    return f"{stem}{next(_numbers)}.py"


def completes(editor: Editor, before: str, line: int, offered: str, after: str) -> None:
    """Take what is offered at the end of a line, then undo it in one step."""
    path = editor.work.file(name("complete"), before)
    editor.open(path)
    if "\t" in before:
        editor.indent_with_tabs()
    editor.append(line)
    _takes(editor, path, before, offered, after)


def completes_within(editor: Editor, before: str, column: int, offered: str, after: str) -> None:
    """The same before a character of the first line."""
    path = editor.work.file(name("within"), before)
    editor.open(path)
    editor.insert(1, column)
    _takes(editor, path, before, offered, after)


def _takes(editor: Editor, path: Path, before: str, offered: str, after: str) -> None:
    editor.offered(offered)
    editor.accept()
    editor.becomes(path, after)
    editor.undo()
    editor.becomes(path, before)


def completes_a_line(editor: Editor) -> None:
    completes(editor, AREA + "\n\n\nx = 1\n", 2, "width * height", AREA + " width * height\n\n\nx = 1\n")


def hovers(editor: Editor) -> None:
    path = editor.work.file(name("hover"), HOVERED)
    editor.open(path)
    editor.go(1, 7)
    editor.hover()
    editor.terminal.sees(SUMMARY)
    editor.terminal.sees("area(width, height)")
    marks = [mark for mark in ("```", "**") if mark in editor.terminal.screen()]
    assert not marks, f"{marks} in what people read:\n{editor.terminal.screen()}"
    editor.unhover()
    editor.terminal.sees_no(SUMMARY)


def shows_both_hovers(editor: Editor) -> None:
    path = editor.work.file(name("both"), HOVERED)
    editor.open(path)
    editor.go(1, 7)
    editor.hover()
    editor.terminal.sees(KNOWS)
    editor.turn_hover()
    editor.terminal.sees(SUMMARY)
    editor.unhover()
    editor.terminal.sees_no(SUMMARY)


def shows_both_completions(editor: Editor) -> None:
    """The other server's in the menu, and those of phi-ls there too, or as ghost text."""
    path = editor.work.file(name("both"), QUICK + "\n")
    editor.open(path)
    editor.append(1)
    editor.offered("brown")
    if editor.ghost:
        editor.menu()
    editor.terminal.sees(WRITES)


def clears_what_no_longer_fits(editor: Editor) -> None:
    """Another key, to which nothing is offered, takes the old offer off the screen."""
    path = editor.work.file(name("clear"), FOX + "\n")
    editor.open(path)
    editor.append(1)
    if not editor.takes_at_once:
        editor.offered("'fox'")
    editor.type("x")
    if not editor.ghost:
        editor.ask()
    editor.work.event("completion", lambda found: found["gate"] != "", uri=path.as_uri(), shown_chars=0)
    editor.terminal.sees_no("fox'")
    editor.becomes(path, FOX + "x\n")
