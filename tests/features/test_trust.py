"""What an edit may do to a file, and what it may not: each refusal with its reason."""

from __future__ import annotations

import pytest

from phi_ls.features.documentation import read
from phi_ls.features.trust import (
    annotates_only,
    applied,
    compiles,
    documents_only,
    keeps_names,
    line_edits,
    minimal,
    speaks_of,
)
from phi_ls.syntax import parse, symbols
from phi_ls.text import Edit, Source, Span


def source_of(text: str, language: str = "python") -> Source:
    return Source("file:///a", language, 1, text)


def whole(source: Source, text: str) -> Edit:
    return Edit(Span(0, len(source.text)), text)


AREA = "def area(r):\n    # exact enough\n    return 3.14 * r\n"


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param('def area(r):\n    """It."""\n    # exact enough\n    return 3.14 * r\n', "", id="a-docstring"),
        pytest.param(
            'def area(r):\n    """It."""\n    return 3.14 * r\n',
            "would change more than the documentation",
            id="a-lost-comment",
        ),
        pytest.param(
            'def area(r):\n    """It."""\n    # exact enough\n    return 3.15 * r\n',
            "would change more than the documentation",
            id="another-number",
        ),
        pytest.param(
            'def area(r, s):\n    """It."""\n    # exact enough\n    return 3.14 * r\n',
            "would change more than the documentation",
            id="another-parameter",
        ),
        pytest.param(
            'def area(r):\n    """It.\n    # exact enough\n    return 3.14 * r\n',
            "would add a syntax error",
            id="no-end",
        ),
        pytest.param(
            'def volume(r):\n    """It."""\n    return 1\n', "would change the structure of the file", id="other-name"
        ),
        pytest.param(
            "def area(r):\n    # It.\n    # exact enough\n    return 3.14 * r\n",
            "would not be the documentation of area",
            id="a-comment",
        ),
    ],
)
def test_a_documentation_changes_nothing_else(after: str, reason: str) -> None:
    source = source_of(AREA)
    tree = parse(source)
    assert tree is not None
    assert documents_only(source, symbols(tree)[0], whole(source, after)) == reason


@pytest.mark.parametrize(
    ("language", "before", "after", "reason"),
    [
        pytest.param(
            "python", "def f(a, b=1): return a\n", "def f(a: int, b: int = 1) -> int: return a\n", "", id="all"
        ),
        pytest.param("python", "x = 1\n", "x: int = 1\n", "", id="a-variable"),
        pytest.param(
            "python",
            "def f(a: int): return a\n",
            "def f(a: str): return a\n",
            "would change more than type annotations",
            id="a-type-that-was-there",
        ),
        pytest.param(
            "python",
            "def f(a): return a\n",
            "def f(a: int, b: int): return a\n",
            "would change more than type annotations",
            id="another-parameter",
        ),
        pytest.param(
            "python",
            "def f(a): return a\n",
            "from typing import Any\ndef f(a: Any): return a\n",
            "would change more than type annotations",
            id="an-import",
        ),
        pytest.param(
            "python", "def f(a): return a\n", "def f(a: ): return a\n", "would add a syntax error", id="no-type"
        ),
        pytest.param(
            "typescript",
            "function f(a, b?) { return a; }\n",
            "function f(a: string, b?: number): string { return a; }\n",
            "",
            id="typescript",
        ),
        pytest.param(
            "typescript",
            "const f = (a) => a;\n",
            "const f = (a: string) => a as any;\n",
            "would change more than type annotations",
            id="a-cast",
        ),
    ],
)
def test_types_change_nothing_else(language: str, before: str, after: str, reason: str) -> None:
    source = source_of(before, language)
    assert annotates_only(source, line_edits(source, whole(source, after))) == reason


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param("def area(r):\n    return 3 * r\n", "", id="another-body"),
        pytest.param("def _area(r):\n    return 3 * r\n", "would take away area", id="another-name"),
        pytest.param("def area(r:\n    return 3 * r\n", "would add a syntax error", id="an-error"),
        pytest.param(
            "def area(r):\n    # said otherwise\n    return 3.14 * r\n",
            "would change nothing in the code",
            id="a-comment",
        ),
        pytest.param(AREA, "would change nothing in the code", id="nothing"),
    ],
)
def test_a_change_keeps_public_names(after: str, reason: str) -> None:
    source = source_of(AREA)
    assert keeps_names(source, line_edits(source, whole(source, after))) == reason


def test_lines_that_change_no_code_are_left_as_they_are() -> None:
    source = source_of("def f(a):\n    # why\n    b = a\n    return  b+1\n\n\ndef g():\n    return 'x'\n")
    written = "def f(a):\n    # because\n    b = a\n    return b + 2\n\ndef g():\n    '''It.'''\n    return 'x'\n"
    edits = minimal(source, whole(source, written))
    assert applied(source, edits).text == source.text.replace("return  b+1", "return b + 2")
    (edit,) = edits
    assert source.text[edit.span.start : edit.span.end] == "    return  b+1\n"


def test_a_comment_that_is_all_there_is_stays() -> None:
    source = source_of("x = 1\n")
    assert applied(source, minimal(source, whole(source, "x = 1  # noqa\n"))).text == "x = 1  # noqa\n"


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        pytest.param("def test_f():\n    assert f() == 1\n", "python", "", id="python"),
        pytest.param("def test_f(:\n", "python", "has a syntax error", id="python-error"),
        pytest.param("return 1\n", "python", "does not compile: 'return' outside function", id="python-compiler"),
        pytest.param("test('f', () => {});\n", "javascript", "", id="javascript"),
        pytest.param("test('f', () => {;\n", "javascript", "has a syntax error", id="javascript-error"),
        pytest.param("x", "c", "cannot be checked: no grammar of this language is installed", id="no-grammar"),
    ],
)
def test_a_new_file_can_be_read(text: str, language: str, reason: str) -> None:
    assert compiles(source_of(text, language)) == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Computes how large a circle is.", ""),
        ("Area of the function", "says no more than the name"),
        ("Computes.", "says no more than the name"),
        ("Insert text here", "is a placeholder"),
        ("Return the given path from the given path.", "explains a word with the same word"),
        ("Creates a new path for the given path.", "explains a word with the same word"),
        ("Return the string string string.", "explains a word with the same word"),
        ("Copy the bytes of one path to the path of another.", ""),
        ("I have documented it.", "talks to its reader instead of describing the code"),
        ("Gives it.\x07 Loud.", "holds characters that cannot be printed"),
        ("Args:\n    r: the radius", "has no sentence that says what the code does"),
        ("Gives it.\n\nArgs:\n    radius: what", "documents a parameter `radius` that area does not have"),
    ],
    ids=repr,
)
def test_a_documentation_says_something_of_this_code(text: str, reason: str) -> None:
    tree = parse(source_of(AREA))
    assert tree is not None
    assert speaks_of(read(text), symbols(tree)[0], tree) == reason


def test_a_language_without_a_grammar_is_never_trusted() -> None:
    source = source_of("int x;\n", "c")
    said = "cannot be checked: no grammar of this language is installed"
    assert keeps_names(source, [whole(source, "int y;\n")]) == said
    assert annotates_only(source, [whole(source, "int y;\n")]) == said
