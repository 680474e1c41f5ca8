"""The front of a prompt stays as it is while one line is being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from phi_ls.context import Budget, CompletionContext, completion_context
from phi_ls.features.epochs import Epochs
from phi_ls.syntax import parse
from phi_ls.text import Source

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


METHOD = "class Store:\n    def load(self, path):\n        data = 1\n"
INSIDE, OUTSIDE = "class Store:\n    def load(self, path):\n", ""


@pytest.mark.parametrize(
    ("lines", "enclosing"),
    [
        pytest.param(["$0", "        $0", "        r$0", "        re$0"], [INSIDE] * 4, id="goes-on"),
        pytest.param(["$0", "\n$0", "\n\n$0", "\n\nd$0", "\n\nde$0"], [INSIDE] * 3 + [OUTSIDE] * 2, id="ends"),
        pytest.param(
            ["$0", "\n    $0", "\n    d$0", "\n    $0"], [INSIDE] * 2 + ["class Store:\n"] * 2, id="another-member"
        ),
        pytest.param(
            ["        def g():$0", "        def g():\n$0"], [INSIDE, INSIDE + "        def g():\n"], id="opens"
        ),
    ],
)
def test_an_empty_line_stands_where_the_line_above_it_does_until_it_says_something(
    lines: list[str], enclosing: list[str]
) -> None:
    epochs = Epochs()
    shown(epochs, METHOD.removesuffix("\n") + "$0\nlast = 1\n")
    assert [shown(epochs, METHOD + line + "\nlast = 1\n").enclosing for line in lines] == enclosing


def test_an_empty_line_elsewhere_stands_where_it_is() -> None:
    epochs = Epochs()
    assert shown(epochs, METHOD + "        x$0\n\nlast = 1\n\n").enclosing == INSIDE
    assert shown(epochs, METHOD + "        x\n\nlast = 1\n$0\n").enclosing == OUTSIDE


MEMBERS = "class Store:\n" + "".join(
    f"    def get_{number}(self):\n        return {number}\n\n" for number in range(80)
)


def begins(epochs: Epochs, text: str, offset: int, limit: int = 400) -> str:
    """The line that the text before the cursor begins with."""
    source = Source("file:///a.py", "python", 1, text)
    start = epochs.start(source, parse(source), offset, limit)
    assert offset - limit <= start <= offset
    return text[start:].split("\n", 1)[0]


def test_a_window_begins_at_a_definition_and_stays_while_it_fills_half() -> None:
    epochs, end = Epochs(), MEMBERS.index("    def get_60")
    first = begins(epochs, MEMBERS, end)
    assert first.startswith("    def get_")
    at = MEMBERS.index(first)
    assert {begins(epochs, MEMBERS, at + size) for size in (400, 395, 400, 201, 399, 300, 400)} == {first}
    further = begins(epochs, MEMBERS, at + 401)
    assert further.startswith("    def get_")
    assert MEMBERS.index(further) > at
    assert begins(epochs, MEMBERS, at + 390) == further, "back over the mark"
    assert begins(epochs, MEMBERS, at + 10) != further, "too little would be left"


def test_a_window_stays_with_its_line_when_the_text_above_it_changes() -> None:
    epochs, end = Epochs(), MEMBERS.index("    def get_60")
    first = begins(epochs, MEMBERS, end)
    longer = "import os\nimport sys\n" + MEMBERS
    assert begins(epochs, longer, end + len(longer) - len(MEMBERS)) == first


def test_a_closed_document_begins_anew() -> None:
    epochs, end = Epochs(), MEMBERS.index("    def get_60")
    first = begins(epochs, MEMBERS, end)
    further = begins(epochs, MEMBERS, MEMBERS.index(first) + 401)
    assert begins(epochs, MEMBERS, end) == further != first
    epochs.forget("file:///a.py")
    assert begins(epochs, MEMBERS, end) == first


@given(
    st.lists(
        st.tuples(st.integers(0, len(MEMBERS)), st.integers(0, 30), st.sampled_from(["", "x", "\n\n", "def f(): ..."])),
        max_size=8,
    ),
    st.integers(0, 900),
)
def test_the_text_before_the_cursor_never_exceeds_its_share(edits: list[tuple[int, int, str]], limit: int) -> None:
    epochs, text = Epochs(), MEMBERS
    for place, gone, typed in edits:
        text = text[:place] + typed + text[place + gone :]
        begins(epochs, text, min(place + len(typed), len(text)), limit)
