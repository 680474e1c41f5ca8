"""A piece of a file begins at a definition where one begins."""

from __future__ import annotations

import pytest

from phi_ls.syntax import border, parse
from phi_ls.text import Source, Span

PYTHON = '''\
x = [
    1,
]


class Store:
    """Keeps."""

    def load(self):
        return 1

    @property
    @cached
    def size(self):
        return 2


@final
def free():
    return 3
'''
TYPESCRIPT = """\
function first() {
  return 1;
}

/** Keeps. */
export class Store {
  /** How many. */
  size() {
    return 2;
  }
}
"""


def begins(text: str, language: str, start: str, end: str) -> str | None:
    """The line that a piece between two texts begins with."""
    source = Source(f"file:///a.{language}", language, 1, text)
    tree = parse(source)
    assert tree is not None
    found = border(tree, Span(text.index(start), text.index(end)))
    return None if found is None else text[found:].split("\n", 1)[0]


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        pytest.param("    1,", "@final", "class Store:", id="top-level-before-member"),
        pytest.param('    """Keeps', "    @property", "    def load(self):", id="member"),
        pytest.param("        return 1", "    return 3", "@final", id="decorator-at-top-level"),
        pytest.param("        return 1", "        return 2", "    @property", id="decorators-of-a-member"),
        pytest.param("    @cached", "@final", None, id="the-first-decorator-is-outside"),
        pytest.param("    1,", "class", None, id="none"),
    ],
)
def test_python(start: str, end: str, line: str | None) -> None:
    assert begins(PYTHON, "python", start, end) == line


@pytest.mark.parametrize(
    ("start", "end", "line"),
    [
        pytest.param("  return 1", "size", "/** Keeps. */", id="comment-and-export"),
        pytest.param("export", "    return 2", "  /** How many. */", id="comment-of-a-member"),
    ],
)
def test_typescript(start: str, end: str, line: str) -> None:
    assert begins(TYPESCRIPT, "typescript", start, end) == line
