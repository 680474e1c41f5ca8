"""Scopes in half-written code, kinds, and the shape of a completion."""

from __future__ import annotations

import pytest

from marked import marked
from phi_ls.syntax import Tree, completion_shape, enclosing, kind_at, parse

REST = "\n\n    def after(self):\n        pass\n\n\ndef top():\n    pass\n"


def at(marked_text: str, language: str) -> tuple[Tree, int]:
    m = marked(marked_text)
    tree = parse(m.source(language))
    assert tree is not None
    return tree, m.cursor


@pytest.mark.parametrize(
    ("marked_text", "names"),
    [
        pytest.param("class A:\n    def cur(self):\n        x = 1$0" + REST, "A.cur", id="whole-code"),
        pytest.param("class A:\n    def cur(self):\n        x = compute($0" + REST, "A.cur", id="open-call"),
        pytest.param("class A:\n    def cur(self):\n        if x.$0" + REST, "A.cur", id="open-attribute"),
        pytest.param("class A:\n    def cur(self):\n        return {'a': $0" + REST, "A.cur", id="open-dict"),
        pytest.param('class A:\n    def cur(self):\n        s = "abc$0' + REST, "A.cur", id="open-string"),
        pytest.param("class A:\n    def cur(self):\n        $0" + REST, "A.cur", id="empty-body"),
        pytest.param("class A:\n    def cur(self):\n$0" + REST, "A.cur", id="empty-body-not-indented-yet"),
        pytest.param("class A:\n    def cur(self):\n        x = 1\n    $0" + REST, "A", id="dedented-line"),
        pytest.param("class A:\n    def cur(self):\n        x = 1\n\n    def $0" + REST, "A", id="half-a-definition"),
        pytest.param("class A:\n    def cur(self):\n        x = 1\n$0" + REST, "", id="empty-line-at-the-margin"),
        pytest.param(
            "class A:\n    def cur(\n        self,\n        a,\n    ):\n        x = $0" + REST,
            "A.cur",
            id="long-signature",
        ),
        pytest.param(
            'class A:\n    def cur(self):\n        s = """\ntext\n"""\n        $0' + REST, "A.cur", id="margin-string"
        ),
        pytest.param(
            "class A:\n    def cur(self):\n        x = 1\n# note\n        $0" + REST, "A.cur", id="margin-comment"
        ),
        pytest.param("class A:\n    @property\n    def cur(self):\n        $0" + REST, "A.cur", id="decorated"),
        pytest.param("class A:\n    def c$0ur(self):\n        pass" + REST, "A.cur", id="on-the-signature"),
        pytest.param("class A:\n\tdef cur(self):\n\t\tif x:\n\t\t\t$0" + REST, "A.cur", id="tabs"),
        pytest.param("x = 1\n$0", "", id="module"),
        pytest.param("$0", "", id="empty-file"),
    ],
)
def test_the_enclosing_definitions_are_found_in_half_written_python(marked_text: str, names: str) -> None:
    found = enclosing(*at(marked_text, "python"))
    assert ".".join(symbol.name for symbol in found) == names
    assert [symbol.container for symbol in found] == [tuple(s.name for s in found[:i]) for i in range(len(found))]


@pytest.mark.parametrize("language", ["javascript", "typescript", "typescriptreact"])
@pytest.mark.parametrize(
    ("marked_text", "names"),
    [
        pytest.param("class A {\n  cur(a) {\n    const x = this.$0\n  }\n  after() {}\n}\n", "A.cur", id="open-member"),
        pytest.param("class A {\n  cur(a) {\n    const x = f($0\n  }\n  after() {}\n}\n", "A.cur", id="open-call"),
        pytest.param("class A {\n  cur(a) {\n    $0\n", "A.cur", id="nothing-closed"),
        pytest.param("function f() {\n  if (x) {\n    const y = g($0\n}\nfunction h() {}\n", "f", id="brace-missing"),
        pytest.param("export const f = async (a) => {\n  $0\n};\n", "f", id="arrow"),
        pytest.param("function f() {\n$0\n}\n", "f", id="empty-line-at-the-margin"),
        pytest.param("function f() { g(); $0 }\n", "f", id="one-line"),
        pytest.param("class A { m() { $0 } }\n", "A.m", id="two-in-one-line"),
        pytest.param("function f() {\n  g();\n}\n$0\n", "", id="behind"),
    ],
)
def test_the_enclosing_definitions_are_found_in_half_written_javascript(
    marked_text: str, names: str, language: str
) -> None:
    assert ".".join(symbol.name for symbol in enclosing(*at(marked_text, language))) == names


@pytest.mark.parametrize(
    ("marked_text", "language", "kind"),
    [
        pytest.param("x = 'a$0b'", "python", "string", id="string"),
        pytest.param("x = 'ab'$0", "python", "code", id="behind-a-string"),
        pytest.param("x = $0'ab'", "python", "code", id="before-a-string"),
        pytest.param("x = 'ab$0\n", "python", "string", id="string-without-end"),
        pytest.param("x = f'a{b$0}c'", "python", "code", id="interpolation"),
        pytest.param("x = f'a{b}c$0'", "python", "string", id="behind-an-interpolation"),
        pytest.param('"""a\n$0\nb"""', "python", "string", id="long-string"),
        pytest.param("# a$0", "python", "comment", id="comment"),
        pytest.param("# a$0\nx = 1", "python", "comment", id="end-of-a-comment"),
        pytest.param("x = 1  $0# a", "python", "code", id="before-a-comment"),
        pytest.param("# a\n$0", "python", "code", id="line-below-a-comment"),
        pytest.param("let a = `b${c$0}d`", "javascript", "code", id="template-substitution"),
        pytest.param("let a = `b$0`", "javascript", "string", id="template"),
        pytest.param("/* a $0 */ b", "javascript", "comment", id="block-comment"),
        pytest.param("/* a */$0 b", "javascript", "code", id="behind-a-block-comment"),
        pytest.param("b // a$0\n", "typescript", "comment", id="line-comment"),
        pytest.param("$0", "python", "code", id="empty-file"),
    ],
)
def test_what_a_typed_character_would_belong_to(marked_text: str, language: str, kind: str) -> None:
    assert kind_at(*at(marked_text, language)) == kind


@pytest.mark.parametrize(
    ("marked_text", "language", "shape"),
    [
        pytest.param("def f():\n    $0\n", "python", "block", id="empty-body"),
        pytest.param("def f():\n    $0\n\n\ndef g():\n    pass\n", "python", "block", id="more-below"),
        pytest.param('def f():\n    """Do it."""\n    $0\n', "python", "block", id="only-a-docstring"),
        pytest.param("def f():  # note\n    # how\n    $0\n", "python", "block", id="only-comments"),
        pytest.param("def f():\n    $0\n    return 1\n", "python", "line", id="body-below"),
        pytest.param("def f():\n    x = 1\n    $0\n", "python", "line", id="body-above"),
        pytest.param("def f():\n    re$0\n", "python", "line", id="half-a-line"),
        pytest.param("def f():$0\n", "python", "line", id="end-of-the-opening-line"),
        pytest.param("if x:\n    $0\nelse:\n    pass\n", "python", "block", id="empty-branch"),
        pytest.param("x = '''a:\n$0\n'''\n", "python", "line", id="in-a-string"),
        pytest.param("function f() {\n  $0\n}\n", "javascript", "block", id="braces"),
        pytest.param("function f() {\n  // how\n  $0\n}\n", "javascript", "block", id="braces-and-a-comment"),
        pytest.param("function f() {\n  $0\n  g();\n}\n", "javascript", "line", id="braces-and-a-body"),
        pytest.param("$0", "python", "line", id="empty-file"),
    ],
)
def test_an_empty_block_asks_for_a_block(marked_text: str, language: str, shape: str) -> None:
    assert completion_shape(*at(marked_text, language)) == shape
