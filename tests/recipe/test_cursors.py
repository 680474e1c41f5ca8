"""Where a training example may stand."""

from __future__ import annotations

import io
import tokenize
from random import Random
from typing import TYPE_CHECKING

from models.starter.recipe import cursors, pairs

from phi_ls.syntax import parse
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = '''"""Module: a docstring with code = in(it)."""

import os


class Box:
    """Holds (things)."""

    def put(self, thing, *, count=1):
        """Put `thing` in.

        if count: this is prose
            x = prose
        """
        for _ in range(count):
            self.things.append(thing)  # a comment = f(x)
        return f"{count} times {thing}"

    def path(self):
        return os.path.join("a = b", 'c(d)')
'''


def inner_text_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where strings and comments are, by Python's own tokenizer; their borders are not inside."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            yield start, end + (token.type == tokenize.COMMENT)


def some_cursors(count: int = 400) -> list[cursors.Cursor]:
    tree = parse(Source("file:///box.py", "python", 1, SOURCE))
    assert tree is not None
    found = (cursors.choose(tree, Random(seed)) for seed in range(count))
    return [cursor for cursor in found if cursor is not None]


def test_no_cursor_stands_in_a_string_or_a_comment() -> None:
    spans = [span for span in inner_text_spans(SOURCE) if not SOURCE[span[0] : span[1]].startswith("f")]
    inside = [cursor for cursor in some_cursors() for start, end in spans if start < cursor.offset < end]
    assert len(some_cursors()) > 300
    assert inside == []


def test_an_answer_is_what_stands_behind_the_cursor() -> None:
    wrong = [cursor for cursor in some_cursors() if not SOURCE.startswith(cursor.answer, cursor.offset)]
    assert wrong == []


def test_an_answer_ends_at_a_line_end_a_block_end_or_a_closing_bracket() -> None:
    behind = {SOURCE[cursor.offset + len(cursor.answer)] for cursor in some_cursors()}
    assert behind <= {"\n", ")", "]", "}"}


def test_only_blocks_have_several_lines_and_they_are_whole() -> None:
    found = {cursor.answer for cursor in some_cursors(2000) if cursor.multiline}
    assert all(cursor.multiline for cursor in some_cursors(2000) if "\n" in cursor.answer)
    assert found == {
        "self.things.append(thing)  # a comment = f(x)",
        """return os.path.join("a = b", 'c(d)')""",
        SOURCE[SOURCE.index('"""Put') : SOURCE.index("\n\n    def path")],
    }


def test_a_pair_is_a_function_without_its_docstring() -> None:
    docstring = '    """The area of a rectangle.\n\n    Both in metres.\n    """\n'
    text = f"def area(width, height):\n{docstring}    return width * height\n"
    pair = pairs.choose(text, Random(0))
    assert pair == pairs.Pair(
        code="def area(width, height):\n    return width * height\n",
        name="area",
        signature="def area(width, height):",
        paragraph="The area of a rectangle.",
        docstring="The area of a rectangle.\n\nBoth in metres.",
    )


def test_a_docstring_about_rights_teaches_nothing() -> None:
    text = 'def f(x):\n    """Copyright Somebody, all rights reserved."""\n    return x\n'
    assert pairs.choose(text, Random(0)) is None
