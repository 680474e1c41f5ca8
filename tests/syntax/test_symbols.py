"""Symbols, imports, references: what a file defines and uses."""

from __future__ import annotations

import pytest

from golden_files import GOLDEN, check_golden
from marked import marked
from phi_ls.syntax import errors_in, imports, language_of, parse, references, symbol_at, symbols
from phi_ls.syntax.symbols import plain_doc
from phi_ls.text import Source, Span

SAMPLES = sorted(file.stem for file in (GOLDEN / "symbols").glob("sample.*.in"))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_symbols_of_each_language_are_as_reviewed(name: str) -> None:
    text = (GOLDEN / "symbols" / f"{name}.in").read_text("utf-8")
    tree = parse(Source("file:///" + name, language_of(name), 1, text))
    assert tree is not None
    assert errors_in(tree) == 0

    def at(span: Span | None) -> str:
        return repr(text[span.start : span.end]) if span else "-"

    lines = [f"import {at(span)}" for span in imports(tree)]
    for symbol in symbols(tree):
        lines.append(f"{symbol.kind} {'.'.join((*symbol.container, symbol.name))}")
        lines += [f"    signature {symbol.signature!r}", f"    docstring {symbol.docstring!r}"]
        lines += [f"    body      {at(symbol.body)}", f"    doc       {at(symbol.doc)}"]
        assert text[symbol.name_span.start : symbol.name_span.end] == symbol.name
        assert symbol.span.start <= symbol.name_span.start < symbol.name_span.end <= symbol.span.end
    check_golden(f"symbols/{name}.out", "\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("marked_text", "found"),
    [
        pytest.param("def f(): pass\nx = $0f()\n", "def f()", id="a-use"),
        pytest.param("def f(): pass\nx = f$0()\n", "def f()", id="behind-the-name"),
        pytest.param("def $0f(): pass\n", "def f()", id="the-definition-itself"),
        pytest.param("class A:\n    def f(self): pass\na.$0f()\n", "def f(self)", id="a-method"),
        pytest.param("def f(): pass\nx = $0missing\n", None, id="unknown-name"),
        pytest.param("def f(): pass\nx = 'f $0f'\n", None, id="in-a-string"),
        pytest.param("def f(): pass\n# $0f\n", None, id="in-a-comment"),
        pytest.param("def f(): pass\nx = $01\n", None, id="a-number"),
        pytest.param("def f(): pass\n$0def g(): pass\n", None, id="a-keyword"),
        pytest.param("$0", None, id="empty-file"),
        pytest.param(
            "def f(one): pass\nclass A:\n    def f(two): pass\n    x = $0f\n", "def f(two)", id="nearest-scope-wins"
        ),
        pytest.param("def f(one): pass\ndef f(two): pass\n$0f\n", "def f(two)", id="last-definition-wins"),
        pytest.param("é = '😀'\ndef f(): pass\n$0f\n", "def f()", id="beyond-ascii"),
    ],
)
def test_a_name_leads_to_its_definition(marked_text: str, found: str | None) -> None:
    m = marked(marked_text)
    tree = parse(m.source())
    assert tree is not None
    symbol = symbol_at(tree, m.cursor)
    assert (symbol.signature if symbol else None) == found


def test_references_count_identifiers_only() -> None:
    tree = parse(Source("u", "python", 1, "def area(): pass\n# area\nx = 'area' + area() + areas + obj.area\n"))
    assert tree is not None
    assert references(tree, "area") == 3


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        pytest.param('"""One."""', "One.", id="docstring"),
        pytest.param('r"""\n    One.\n\n      Two.\n    """', "One.\n\n  Two.", id="indented-docstring"),
        pytest.param("'One.'", "One.", id="single-quotes"),
        pytest.param("/** One. */", "One.", id="one-line-jsdoc"),
        pytest.param("/**\n   * One.\n   *\n   * @param a b\n   */", "One.\n\n@param a b", id="jsdoc"),
        pytest.param("// One.\n// Two.", "One.\nTwo.", id="line-comments"),
        pytest.param('"""unfinished', "unfinished", id="no-end"),
    ],
)
def test_documentation_is_read_without_its_signs(raw: str, plain: str) -> None:
    assert plain_doc(raw) == plain


def test_symbols_are_found_once_per_tree() -> None:
    tree = parse(Source("u", "python", 1, "def f(): pass\n"))
    assert tree is not None
    assert symbols(tree) is symbols(tree)


def test_a_definition_whose_name_is_not_written_yet_is_none() -> None:
    tree = parse(Source("u", "javascript", 1, "class A {\n  (a) { return 1; }\n  b() { return 2; }\n}\n"))
    assert tree is not None
    assert [(symbol.kind, symbol.name) for symbol in symbols(tree)] == [("class", "A"), ("method", "b")]
