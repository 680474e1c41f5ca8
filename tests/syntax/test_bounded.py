"""Grammars that run in circles: the parse is given up, and the document is text without a tree."""

from __future__ import annotations

import pytest
from tree_sitter import Parser

from phi_ls.syntax import Paste, parse
from phi_ls.syntax import tree as module
from phi_ls.syntax.bounded import parse_bytes
from phi_ls.syntax.grammar import Grammar, grammar_of
from phi_ls.syntax.languages import language
from phi_ls.text import Source

CIRCLES = "const note = <a {{b:>c:d(e f)\n"
"""The grammar of TSX never comes back from this."""
pytestmark = pytest.mark.timeout(60)


def grammar(language_id: str) -> Grammar:
    row = language(language_id)
    found = grammar_of(row) if row else None
    assert found is not None
    return found


def source(text: str, uri: str = "file:///note.tsx") -> Source:
    return Source(uri, "typescriptreact", 1, text)


def test_a_grammar_that_runs_in_circles_is_given_up_and_its_document_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_stuck", {})
    assert parse(source(CIRCLES)) is None
    assert parse(source("let a = 1;\n")) is None
    other = parse(source("let a = 1;\n", "file:///other.tsx"))
    assert other is not None
    assert other.errors == 0
    monkeypatch.setattr(module, "STUCK_SECONDS", 0.0)
    module._stuck.clear()
    assert parse(source(CIRCLES)) is None
    assert parse(source("let a = 1;\n")) is not None


def test_a_text_that_would_send_the_grammar_in_circles_is_harmful() -> None:
    paste = Paste(source("const note = ;\n", "file:///pasted.tsx"), len("const note = "))
    assert not paste.harms("1")
    assert paste.harms("<a {{b:>c:d(e f)")


def test_a_text_in_pieces_is_parsed_as_the_whole() -> None:
    python = grammar("python")
    data = ("def é(a):\n    return '😀漢'\n" * 10_000).encode()
    parsed = parse_bytes(data, python)
    assert parsed is not None
    assert str(parsed.root_node) == str(Parser(python.parsed).parse(data).root_node)
    last = parsed.root_node.children[-1]
    assert last.text == data[last.start_byte : last.end_byte]


@pytest.mark.parametrize("text", ["(" * 20_000, "x = [" + "1, " * 50_000, "class ' \" { ) \n" * 5_000, "\0" * 20_000])
@pytest.mark.parametrize("language_id", ["python", "javascript", "typescript", "typescriptreact", "go", "rust", "java"])
def test_broken_code_is_no_circle(language_id: str, text: str) -> None:
    assert parse_bytes(text.encode(), grammar(language_id)) is not None
