"""Statements and blocks as spans."""

from __future__ import annotations

from phi_ls.syntax import blocks, parse, statements
from phi_ls.text import Source

PYTHON = '''\
"""Module."""
import os

def load(path):
    """Load."""
    # Why.
    if path:
        return 1
    return 2
'''
SCRIPT = "function f(a) {\n  // why\n  const b = a;\n  return b;\n}\n"


def texts(language: str, text: str) -> tuple[list[str], list[str]]:
    tree = parse(Source(f"file:///a.{language}", language, 0, text))
    assert tree is not None
    return (
        [text[span.start : span.end].split("\n")[0] for span in statements(tree)],
        [text[span.start : span.end] for span in blocks(tree)],
    )


def test_documentation_and_comments_are_no_statements() -> None:
    said, inner = texts("python", PYTHON)
    assert said == ["import os", "def load(path):", "if path:", "return 2", "return 1"]
    assert inner == ["if path:\n        return 1\n    return 2", "return 1"]


def test_braces_do_not_belong_to_their_block() -> None:
    said, inner = texts("javascript", SCRIPT)
    assert said == ["function f(a) {", "const b = a;", "return b;"]
    assert inner == ["const b = a;\n  return b;"]
