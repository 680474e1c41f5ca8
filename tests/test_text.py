"""Sources: lines, offsets and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.text import Edit, Source, Span, split_lines

ODD = st.text(alphabet=st.sampled_from("ab \n\r\t\f\v\u2028\u0085é😀\ud800"), max_size=60)


def source(text: str) -> Source:
    return Source("file:///a.py", "python", 1, text)


@given(ODD)
def test_offsets_and_positions_agree(text: str) -> None:
    doc = source(text)
    for offset in range(len(text) + 1):
        line, column = doc.position(offset)
        starts = doc.line_starts
        assert starts[line] + column == offset
        if offset <= doc.line_span(line).end:
            assert doc.offset(line, column) == offset


@given(ODD)
def test_only_the_three_line_ends_of_the_protocol_break_lines(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert len(source(text).line_starts) == wanted


@given(ODD)
def test_bytes_and_code_points_agree(text: str) -> None:
    doc = source(text)
    for offset in range(len(text) + 1):
        assert doc.code_point_offset(doc.byte_offset(offset)) == offset


@pytest.mark.parametrize(
    ("text", "end"), [("a\r\nb\n", "\r\n"), ("a\rb", "\r"), ("a\nb\r\n", "\n"), ("a", "\n")], ids=repr
)
def test_the_line_end_of_a_document_is_that_of_its_first_line(text: str, end: str) -> None:
    assert source(text).line_end == end


def test_a_position_past_the_end_means_the_end() -> None:
    doc = source("ab\r\ncd")
    assert [doc.offset(0, 9), doc.offset(1, 9), doc.offset(7, 0)] == [2, 6, 6]
    assert doc.line_text(0) == "ab"


def test_an_edit_replaces_its_span() -> None:
    assert Edit(Span(1, 3), "xyz").apply("abcd") == "axyzd"
