"""The incremental document, held against an oracle that knows nothing of lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marked import marked, with_marks
from phi_ls.lsp.documents import LARGEST, Document, Documents

if TYPE_CHECKING:
    from phi_ls.lsp.units import Encoding

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def oracle_offset(text: str, line: int, column: int, encoding: Encoding) -> int:
    """Walks the encoded text unit by unit; shares no code with the document."""
    ends = list(re.finditer(r"\r\n|\n|\r", text))
    if line > len(ends):
        return len(text)
    start = ends[line - 1].end() if line else 0
    end = ends[line].start() if line < len(ends) else len(text)
    codec, size = CODECS[encoding]
    encoded = text[start:end].encode(codec)
    kept = encoded[: column * size]
    while True:
        try:
            return start + len(kept.decode(codec))
        except UnicodeDecodeError:
            kept = kept[:-size]


Position = tuple[int, int]


def oracle_edit(text: str, start: Position, end: Position, new: str, encoding: Encoding) -> str:
    a, b = sorted((oracle_offset(text, *start, encoding), oracle_offset(text, *end, encoding)))
    return text[:a] + new + text[b:]


def texts(alphabet: str) -> st.SearchStrategy[str]:
    return st.text(alphabet=alphabet, max_size=14)


ALPHABETS = {
    "lf-and-emoji": "ab \n\n🙂é漢",
    "crlf-pieces": "ab\r\r\n\n🙂",
    "other-separators": "a\n\r\f\v\x1c\u2028\u2029\x85b",
    "plain": "abc \t\n",
}
positions = st.tuples(st.integers(0, 6), st.integers(0, 12))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("alphabet", [pytest.param(value, id=name) for name, value in ALPHABETS.items()])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_edits_end_in_the_text_that_the_client_has(encoding: Encoding, alphabet: str, data: st.DataObject) -> None:
    expected = data.draw(texts(alphabet))
    document = Document("file:///a", "python", 0, expected, encoding)
    for version in range(1, 6):
        start, end, new = data.draw(st.tuples(positions, positions, texts(alphabet)))
        document.splice(start, end, new)
        document.version = version
        expected = oracle_edit(expected, start, end, new, encoding)
        source = document.snapshot()
        assert source.text == expected
        assert source.line_starts == (0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", expected)))
        assert document.line_count == len(source.line_starts)


@pytest.mark.parametrize(
    ("text", "start", "end", "new", "result"),
    [
        pytest.param("a\rb", (1, 0), (1, 1), "\n", "a\r\n", id="newline-behind-a-carriage-return"),
        pytest.param("a\rb\nc", (1, 0), (1, 1), "", "a\r\nc", id="deletion-that-joins-a-line-end"),
        pytest.param("abc\ndef", (1, 9), (1, 9), "Z", "abc\ndefZ", id="past-the-end-of-the-last-line"),
        pytest.param("abc", (7, 3), (9, 0), "Z", "abcZ", id="past-the-last-line"),
        pytest.param("abc\r\ndef", (0, 9), (0, 99), "Z", "abcZ\r\ndef", id="past-the-end-of-a-line"),
        pytest.param("abc", (0, 2), (0, 1), "Z", "aZc", id="backwards"),
        pytest.param("a\fb\nc", (1, 0), (1, 1), "d", "a\fb\nd", id="form-feed-is-no-line-end"),
    ],
)
def test_edits_at_the_borders(text: str, start: Position, end: Position, new: str, result: str) -> None:
    document = Document("file:///a", "python", 0, text, "utf-16")
    document.splice(start, end, new)
    assert document.snapshot().text == result


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_columns_are_counted_in_the_units_of_the_client(encoding: Encoding, column: int) -> None:
    wanted = marked("a\né🙂x$0y")
    document = Document("file:///a", "python", 0, wanted.text, encoding)
    document.splice((1, column), (1, column), "$0")
    assert document.snapshot().text == with_marks(wanted.text, wanted.cursor)


def test_a_snapshot_is_made_once_per_version_and_never_changes() -> None:
    document = Document("file:///a", "python", 1, "one\n", "utf-8")
    first = document.snapshot()
    assert document.snapshot() is first
    document.splice((0, 0), (0, 3), "two")
    document.version = 2
    assert (first.text, first.version) == ("one\n", 1)
    assert (document.snapshot().text, document.snapshot().version) == ("two\n", 2)


def test_large_documents_are_followed_but_flagged() -> None:
    document = Document("file:///a", "python", 1, "x" * LARGEST, "utf-8")
    assert not document.too_large
    document.splice((0, 0), (0, 0), "yz")
    assert document.too_large
    assert document.snapshot().text.startswith("yzx")
    document.splice((0, 0), (0, 2), "")
    assert not document.too_large


def test_documents_are_found_however_their_uri_is_quoted() -> None:
    documents = Documents("utf-16")
    opened = documents.open("file:///c%3A/a%20b.py", "python", 1, "")
    assert documents.get("file:///c:/a b.py") is opened
    documents.close("file:///c:/a%20b.py")
    assert documents.get("file:///c%3A/a%20b.py") is None
