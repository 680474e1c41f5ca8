"""Documentation edits: whole files before and after."""

from __future__ import annotations

import pytest

from phi_ls.features.actions.generate import loops, without_loop
from phi_ls.features.documentation import (
    documentation_edit,
    documentation_text,
    read,
    render,
    style_of,
    width_at,
)
from phi_ls.syntax import parse, symbols
from phi_ls.text import Source


def documented(code: str, text: str, language_id: str = "python") -> str:
    source = Source("file:///a", language_id, 1, code)
    tree = parse(source)
    assert tree is not None
    symbol = symbols(tree)[-1]
    lines = render(
        read(text), style_of(tree), name=symbol.name, is_type=symbol.kind == "struct", width=width_at(tree, symbol)
    )
    return documentation_edit(tree, symbol, lines).apply(code)


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        pytest.param(
            "def f(a):\n    return a\n", "Give it.", 'def f(a):\n    """Give it."""\n    return a\n', id="function"
        ),
        pytest.param(
            "class A:\n\tdef f(self):\n\t\treturn 1\n",
            "One.",
            'class A:\n\tdef f(self):\n\t\t"""One."""\n\t\treturn 1\n',
            id="tabs",
        ),
        pytest.param(
            'def f():\n    """Old."""\n    return 1\n',
            "New.",
            'def f():\n    """New."""\n    return 1\n',
            id="replaced",
        ),
        pytest.param("def f(): return 1\n", "One.", 'def f():\n    """One."""\n    return 1\n', id="one line"),
        pytest.param(
            "def f():\r\n    return 1\r\n", "One.", 'def f():\r\n    """One."""\r\n    return 1\r\n', id="CRLF"
        ),
        pytest.param(
            "def f(a):\n    return a\n",
            "Give it.\n\nThat is all.",
            'def f(a):\n    """Give it.\n\n    That is all.\n    """\n    return a\n',
            id="paragraphs",
        ),
        pytest.param(
            "def f():\n    return 1\n",
            'Say "one"',
            'def f():\n    """Say "one" """\n    return 1\n',
            id="quote at the end",
        ),
        pytest.param(
            "def f():\n    return 1\n",
            'Take \\d and """.',
            'def f():\n    """Take \\\\d and \'\'\'."""\n    return 1\n',
            id="backslash and quotes",
        ),
    ],
)
def test_a_python_docstring_stands_first_in_the_body(code: str, text: str, wanted: str) -> None:
    assert documented(code, text) == wanted
    compile(wanted, "documented.py", "exec")


@pytest.mark.parametrize(
    ("code", "text", "wanted"),
    [
        pytest.param(
            "function f(a) {\n  return a\n}\n",
            "Give it.",
            "/** Give it. */\nfunction f(a) {\n  return a\n}\n",
            id="one",
        ),
        pytest.param(
            "class A {\n  f() {\n  }\n}\n",
            "Give it.\n\nAll.",
            "class A {\n  /**\n   * Give it.\n   *\n   * All.\n   */\n  f() {\n  }\n}\n",
            id="method",
        ),
        pytest.param(
            "/** Old. */\nexport function f() {}\n",
            "New */.",
            "/** New * /. */\nexport function f() {}\n",
            id="replaced",
        ),
    ],
)
def test_a_javascript_comment_stands_above(code: str, text: str, wanted: str) -> None:
    assert documented(code, text, "javascript") == wanted
    assert documented(code, text, "typescript") == wanted


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Give it.", "Give it."),
        ('```python\ndef f():\n    """Give it."""\n```', "Give it."),
        ('"""Give it.', "Give it."),
        ("/**\n * Give it.\n * @returns it\n */", "Give it.\n@returns it"),
        ("```\nGive it.\n```", "Give it."),
        ("", ""),
    ],
    ids=repr,
)
def test_only_the_text_of_an_answer_is_taken(raw: str, text: str) -> None:
    assert documentation_text(raw) == text


@pytest.mark.timeout(30)
@pytest.mark.parametrize("piece", ["**", "* ", "`*", "#", " ", "- ", "a: ", ": ", "(", "```\n", "Args:\n", "@param {"])
def test_an_answer_that_repeats_itself_is_read_in_no_time(piece: str) -> None:
    """Hours, where its marks can be read in many ways: a small model may well write nothing else."""
    for raw in (piece * 3_000, piece * 3_000 + "!", "Args:\n" + piece * 3_000 + "!"):
        read(documentation_text(raw))


def test_a_loop_of_words_is_cut_where_it_begins() -> None:
    assert not loops("a list of the values of a list")
    assert loops("the given value of the given value of the given value of")
    assert without_loop("Return the a b a b a b") == "Return the a b"
