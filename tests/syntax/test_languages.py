"""Languages are data."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from phi_ls.syntax import add_languages, fence_of, language, language_of, languages, parse, symbols
from phi_ls.syntax import grammar as grammar_module
from phi_ls.text import Source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a/b.py", "python"),
        ("A.PYI", "python"),
        ("file:///c%3A/x/y.tsx", "typescriptreact"),
        ("C:\\x\\y.mjs", "javascript"),
        ("y.jsx", "javascriptreact"),
        ("y.d.ts", "typescript"),
        ("Makefile", "plaintext"),
        ("y.unknown", "plaintext"),
        ("", "plaintext"),
    ],
)
def test_the_ending_names_the_language(path: str, found: str) -> None:
    assert language_of(path) == found


def test_every_row_with_a_grammar_loads_and_its_query_compiles() -> None:
    rows = [row for row in languages() if row.grammar]
    wanted = {"python", "javascript", "javascriptreact", "typescript", "typescriptreact", "go", "rust", "java"}
    assert {row.id for row in rows} >= wanted
    assert [row.id for row in rows if grammar_module.grammar_of(row) is None] == []


def test_no_two_languages_claim_one_extension() -> None:
    endings = [ending for row in languages() for ending in row.extensions]
    assert sorted(endings) == sorted(set(endings))


def test_no_query_sets_properties() -> None:
    # tree-sitter 0.26.1 crashes when a query with a predicate before #set! is freed
    files = {row.query for row in languages() if row.query}
    assert [file.name for file in files if "#" in file.read_text("utf-8")] == []


def test_a_query_is_compiled_once_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = []

    def counting(*arguments: object) -> object:
        compiled.append(arguments)
        return real(*arguments)

    real = grammar_module.Query
    monkeypatch.setattr(grammar_module, "Query", counting)
    grammar_module.grammar_of.cache_clear()
    for version in range(3):
        tree = parse(Source("u", "python", version, f"def f{version}(): pass\n"))
        assert tree is not None
        symbols(tree)
    assert len(compiled) == 1


def test_a_language_without_a_grammar_is_plain_text() -> None:
    assert parse(Source("u", "c", 1, "int x;\n")) is None
    assert parse(Source("u", "no-such-language", 1, "x\n")) is None
    assert fence_of("c") == "c"
    assert fence_of("no-such-language") == ""


@pytest.fixture
def own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("phi_ls.syntax.languages")  # the package's attribute of that name is the function
    monkeypatch.setattr(module, "_rows", {row.id: row for row in languages()})


@pytest.mark.usefixtures("own_rows")
def test_a_language_is_added_without_code(tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "starlark.scm").write_text(
        "(call (argument_list (keyword_argument (identifier) (string) @name))) @definition.target\n"
    )
    (tmp_path / "languages.toml").write_text(
        """
[starlark]
name = "Starlark"
extensions = [".bzl"]
grammar = "tree_sitter_python:language"
fence = "python"
line_comment = "#"
block = "indent"
"""
    )
    add_languages(tmp_path)
    row = language("starlark")
    assert row is not None
    assert row.name == "Starlark"
    assert language_of("x/defs.bzl") == "starlark"
    tree = parse(Source("u", "starlark", 1, "cc_library(name = 'base')\n"))
    assert tree is not None
    assert [(symbol.kind, symbol.name) for symbol in symbols(tree)] == [("target", "'base'")]


@pytest.mark.usefixtures("own_rows")
def test_an_absent_grammar_package_leaves_plain_text(tmp_path: Path) -> None:
    (tmp_path / "languages.toml").write_text('[absent]\nname = "Absent"\ngrammar = "tree_sitter_absent:language"\n')
    add_languages(tmp_path)
    assert parse(Source("u", "absent", 1, "x\n")) is None
