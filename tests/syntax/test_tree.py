"""Trees: incremental, one per source, windows of large files."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phi_ls.syntax import Tree, enclosing, errors_in, imports, parse, symbols
from phi_ls.syntax.offsets import ByteMap
from phi_ls.syntax.tree import WHOLE_CHARACTERS, WINDOW_CHARACTERS
from phi_ls.text import Source, Span

FUNCTION = 'def name_{0}(a, b):\n    """Do {0}."""\n    if a:\n        return b + {0}\n    return "é😀"\n\n\n'


def source(text: str, version: int = 1, language: str = "python") -> Source:
    return Source("file:///u.py", language, version, text)


def parsed(text: str, previous: Tree | None = None, version: int = 1, around: int | None = None) -> Tree:
    tree = parse(source(text, version), previous, around=around)
    assert tree is not None
    return tree


def shape_of(tree: Tree) -> str:
    return str(tree.root)


@pytest.mark.parametrize(
    "text", ["", "\0", "\ud800 = 1\n", "\x0c\u2028\x85", "(" * 5000, "def f(:\r\n\tpass\r", "é😀" * 100]
)
def test_parsing_never_fails(text: str) -> None:
    tree = parsed(text)
    assert tree.source.text == text
    assert errors_in(tree) >= 0
    assert len(symbols(tree)) <= 1


def test_the_same_source_is_parsed_once() -> None:
    assert parsed("x = 1\n") is parsed("x = 1\n")


def test_edits_give_the_tree_that_a_fresh_parse_gives() -> None:
    rng = random.Random(7)
    pieces = ["x", "\n", "    ", "(", ")", '"""', "é😀", "def g():\n", ":", "#", "\r\n", "return 1"]
    text = FUNCTION.format(1) * 3
    tree = parsed(text)
    for version in range(2, 150):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice([0, 0, 1, 5]))
        text = text[:start] + rng.choice(pieces) + text[end:]
        tree = parsed(text, tree, version)
        again = parse(Source("file:///other.py", "python", version, text))
        assert again is not None
        assert shape_of(tree) == shape_of(again)
        assert errors_in(tree) == errors_in(again)


def test_a_tree_of_another_document_is_no_help_but_no_harm() -> None:
    other = parse(Source("file:///other.js", "javascript", 1, "let x = 1;\n"))
    assert shape_of(parsed("x = 1  # own\n", other)) == shape_of(parsed("x = 1  # own\n"))


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        pytest.param("x = (1\n", 1, id="missing-bracket"),
        pytest.param("x = (1)\n", 0, id="whole"),
        pytest.param("x = 1 2\n", 1, id="error-node"),
    ],
)
def test_errors_are_counted(text: str, errors: int) -> None:
    assert errors_in(parsed(text)) == errors


def test_errors_can_be_counted_in_a_part_of_the_file() -> None:
    text = "x = 1 2\n\ndef f():\n    return 1\n"
    tree = parsed(text)
    assert errors_in(tree, Span(0, 7)) == 1
    assert errors_in(tree, Span(text.index("def"), len(text))) == 0


@given(st.text(alphabet="aé😀\ud800\n", max_size=60))
@settings(max_examples=60)
def test_bytes_and_code_points_are_converted_both_ways(piece: str) -> None:
    text = piece * 120
    counted = ByteMap(text)
    for offset in range(0, len(text) + 1, max(1, len(text) // 40)):
        byte = len(text[:offset].encode("utf-8", "replace"))
        assert counted.byte(offset) == byte
        assert counted.code_point(byte) == offset


class TestLargeFiles:
    head = "import os\nimport sys\n\n\n"
    text = head + "".join(FUNCTION.format(i) for i in range(WHOLE_CHARACTERS // 70))
    middle = text.index("if a:", len(text) // 2)

    def test_a_large_file_is_parsed_near_the_cursor(self) -> None:
        tree = parsed(self.text, version=1, around=self.middle)
        assert WINDOW_CHARACTERS <= len(tree.window) <= 2 * WINDOW_CHARACTERS
        assert self.middle in tree.window
        assert self.text[tree.window.start :].startswith("def name_")
        assert errors_in(tree) == 0
        assert [symbol.name for symbol in enclosing(tree, self.middle)] == [
            self.text[: self.middle].rpartition("def ")[2].partition("(")[0]
        ]

    def test_its_imports_are_known_all_the_same(self) -> None:
        tree = parsed(self.text, version=2, around=self.middle)
        assert tree.window.start > 0
        assert [self.text[span.start : span.end] for span in imports(tree)] == ["import os", "import sys"]

    def test_without_a_place_it_is_parsed_whole(self) -> None:
        tree = parsed(self.text, version=3)
        assert tree.window == Span(0, len(self.text))
        assert parsed(self.text, version=3, around=self.middle) is tree

    def test_the_window_stays_while_somebody_types(self) -> None:
        before = parsed(self.text + "#", around=self.middle)
        typed = self.text[: self.middle] + "x = 1\n    " + self.text[self.middle :] + "#"
        after = parsed(typed, before, 2, around=self.middle + 10)
        assert after.window == Span(before.window.start, before.window.end + 10)
        fresh = parse(Source("file:///v.py", "python", 2, typed[after.window.start : after.window.end]))
        assert fresh is not None
        assert shape_of(after) == shape_of(fresh)

    def test_the_window_moves_with_the_cursor(self) -> None:
        before = parsed(self.text, version=4, around=self.middle)
        elsewhere = self.text.index("if a:", len(self.text) * 3 // 4)
        after = parsed(self.text + "\n", before, 3, around=elsewhere)
        assert elsewhere in after.window
        assert errors_in(after) == 0

    def test_an_edit_elsewhere_does_not_disturb_the_window(self) -> None:
        before = parsed(self.text, version=5, around=self.middle)
        longer = "# a new first line\n" + self.text
        after = parsed(longer, before, 6, around=self.middle)
        fresh = parsed(longer, None, 7, around=self.middle)
        assert shape_of(after) == shape_of(fresh)
        assert errors_in(after) == 0

    def test_a_file_of_one_line_has_windows_too(self) -> None:
        text = "x = [" + "1, " * WHOLE_CHARACTERS + "]\n"
        tree = parsed(text, around=len(text) // 2)
        assert len(text) // 2 in tree.window
        assert WINDOW_CHARACTERS <= len(tree.window) <= 3 * WINDOW_CHARACTERS
