"""What a model is told of a cursor."""

from __future__ import annotations

import pytest

from marked import marked
from phi_ls.context import Budget, CompletionContext, completion_context, display_path
from phi_ls.syntax import parse

LARGE = Budget(prompt_tokens=2000, chars_per_token=3.0)

PYTHON = '''\
import os
from a import (
    b,
)


class Shape(Base):
    """A shape."""

    def area(
        self,
        unit: str,
    ) -> float:
        side = self.side
        return $0

    def name(self):
        return self.title
'''


def context_of(marked_text: str, budget: Budget = LARGE, language: str = "python") -> CompletionContext:
    m = marked(marked_text)
    source = m.source(language)
    return completion_context(source, parse(source), m.cursor, budget)


def test_imports_enclosing_lines_prefix_and_suffix_are_collected() -> None:
    assert context_of(PYTHON) == CompletionContext(
        path="project/sample.py",
        language="Python",
        fence="python",
        imports="import os\nfrom a import (\n    b,\n)\n",
        enclosing="class Shape(Base):\n    def area(\n        self,\n        unit: str,\n    ) -> float:\n",
        above="",
        prefix=PYTHON.split("$0")[0],
        suffix=PYTHON.split("$0")[1],
    )


def test_what_the_window_does_not_show_stands_above_it() -> None:
    filler = "".join(f"        side += {number}\n" for number in range(100))
    text = PYTHON.replace("        return $0", filler + "        return $0")
    found = context_of(text, Budget(prompt_tokens=800, chars_per_token=3.0))
    assert found.prefix.startswith("        side += ")
    assert len(found.prefix) <= 900
    assert found.above == found.imports + found.enclosing
    assert "class Shape(Base):\n    def area(\n" in found.above


def test_the_line_that_is_written_is_not_its_own_scope() -> None:
    assert context_of("class A:\n    def f(self, $0\n").enclosing == "class A:\n"


def test_carriage_returns_and_secrets_do_not_get_in() -> None:
    found = context_of("import os\r\npassword = 'ab12cd34'\r\nx = $0\r\ny = 2\r\n")
    assert found.prefix == "import os\npassword = '<redacted>'\nx = "
    assert found.suffix == "\ny = 2\n"
    assert found.imports == "import os\n"


def test_text_without_a_grammar_has_a_window_only() -> None:
    found = context_of("one\ntwo$0\nthree\n", language="go")
    assert (found.imports, found.enclosing, found.prefix, found.suffix) == ("", "", "one\ntwo", "\nthree\n")
    assert found.language == "Go"


def test_everything_together_fits_the_budget() -> None:
    imports = "".join(f"import module_{number}\n" for number in range(300))
    body = "".join(f"    x_{number} = {number}\n" for number in range(2000))
    budget = Budget(prompt_tokens=1000, chars_per_token=2.0)
    found = context_of(imports + "def f():\n" + body + "    $0\n" + body, budget)
    assert found.imports
    assert len(found.prefix) + len(found.suffix) + len(found.above) <= budget.characters(1.0)
    assert len(found.imports) + len(found.enclosing) <= budget.characters(0.2)


def test_no_room_leaves_an_empty_context() -> None:
    found = context_of(PYTHON, Budget(prompt_tokens=0, chars_per_token=2.0))
    assert (found.prefix, found.suffix, found.imports, found.above) == ("", "", "", "")


def test_typing_appends_to_the_prefix_and_changes_nothing_else() -> None:
    before, after = PYTHON.split("$0")
    budget = Budget(prompt_tokens=460, chars_per_token=2.0)  # the window starts between two marks
    contexts = [context_of(before + "self.side"[:typed] + "$0" + after, budget) for typed in range(10)]
    starts = {context.prefix[:40] for context in contexts}
    assert len(starts) == 1
    assert {(context.suffix, context.above, context.enclosing) for context in contexts} == {
        (contexts[0].suffix, contexts[0].above, contexts[0].enclosing)
    }
    assert [context.prefix.removeprefix(contexts[0].prefix) for context in contexts] == [
        "self.side"[:typed] for typed in range(10)
    ]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///home/me/shop/cart.py", "shop/cart.py"),
        ("file:///c%3A/shop/my%20cart.py", "shop/my cart.py"),
        ("untitled:Untitled-1", "Untitled-1"),
        ("C:\\shop\\cart.py", "shop/cart.py"),
        ("cart.py", "cart.py"),
        ("file:///a%0A%3C%7Cend%7C%3E.py", "a <|end|>.py"),
    ],
)
def test_a_file_is_named_as_within_its_project(uri: str, path: str) -> None:
    assert display_path(uri) == path
