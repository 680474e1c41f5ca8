"""The front of a prompt stays as it is while one line is being written."""

from __future__ import annotations

import pytest

from marked import marked
from phi_ls.context import Budget, CompletionContext, completion_context
from phi_ls.features.epochs import Epochs
from phi_ls.syntax import parse

BUDGET = Budget(prompt_tokens=2000, chars_per_token=2.5)
ABOVE = "import os\n\n\nclass Store:\n    def load(self, path):\n        data = os.stat(path)\n        "
BELOW = "\n        return data\n"


def shown(epochs: Epochs, text: str) -> CompletionContext:
    m = marked(text)
    context = completion_context(m.source(), parse(m.source()), m.cursor, BUDGET)
    return epochs.settled(m.source(), m.cursor, context)


def front(context: CompletionContext) -> tuple[str, str, str]:
    return context.imports, context.enclosing, context.suffix


def test_a_half_written_line_does_not_change_what_is_known_of_the_surroundings() -> None:
    epochs = Epochs()
    lines = ["$0", "x = ($0", 'x = f"{$0', "def $0", "x = {[($0"]
    contexts = [shown(epochs, ABOVE + line + BELOW) for line in lines]
    assert {front(context) for context in contexts} == {
        ("import os\n", "class Store:\n    def load(self, path):\n", "\n        return data\n")
    }
    assert [context.prefix.removeprefix(ABOVE) for context in contexts] == ["", "x = (", 'x = f"{', "def ", "x = {[("]


@pytest.mark.parametrize("line", ["x = f($0)", "x = d['$0']", "x = f([{$0}])", "x = f(a, g($0))"])
def test_what_the_editor_closes_by_itself_is_not_shown(line: str) -> None:
    epochs = Epochs()
    shown(epochs, ABOVE + "x = $0" + BELOW)
    assert shown(epochs, ABOVE + line + BELOW).suffix == "\n        return data\n"


def test_what_closes_behind_the_cursor_at_the_first_look_is_shown() -> None:
    assert shown(Epochs(), ABOVE + "x = f($0)" + BELOW).suffix == ")\n        return data\n"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        pytest.param(ABOVE + "x = f($0) + 1" + BELOW, ") + 1\n        return data\n", id="more-than-closers"),
        pytest.param(ABOVE + "x = 1\n        y = f($0)" + BELOW, ")\n        return data\n", id="another-line"),
        pytest.param(ABOVE + "x = f($0)\n        return x\n", ")\n        return x\n", id="another-line-below"),
        pytest.param("import sys\n" + ABOVE + "x = f($0)" + BELOW, ")\n        return data\n", id="other-lines-above"),
    ],
)
def test_other_changes_are_shown(text: str, suffix: str) -> None:
    epochs = Epochs()
    shown(epochs, ABOVE + "x = $0" + BELOW)
    context = shown(epochs, text)
    assert context.suffix == suffix
    assert context.imports == ("import sys\nimport os\n" if text.startswith("import sys") else "import os\n")


def test_a_window_that_moves_is_shown_anew() -> None:
    epochs, small = Epochs(), Budget(prompt_tokens=500, chars_per_token=1.0)
    lines = "".join(f"value_{number} = {number}\n" for number in range(40))
    suffixes = []
    for typed in ("x = $0", "x = f($0)", "x = f(" + "a, " * 100 + "$0)"):
        m = marked(lines + typed)
        context = completion_context(m.source(), parse(m.source()), m.cursor, small)
        suffixes.append(epochs.settled(m.source(), m.cursor, context).suffix)
    assert suffixes == ["", "", ")"]
