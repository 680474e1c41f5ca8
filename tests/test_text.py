"""Sources: lines, offsets and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.text import Edit, LineStarts, Source, Span, split_lines

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


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4), st.lists(st.integers(1, 9), max_size=4)), max_size=8),
    st.sampled_from([0, 3, 512]),
)
def test_spliced_line_starts_are_those_of_the_new_lines(
    lengths: list[int], splices: list[tuple[int, int, list[int]]], patch: int
) -> None:
    class Patched(LineStarts):
        __slots__ = ()
        LARGEST_PATCH = patch

    starts: LineStarts = Patched.of(lengths)
    for first, count, fresh in splices:
        first = min(first, len(lengths) - 1)
        last = min(first + count, len(lengths))
        if last - first == len(lengths) and not fresh:
            continue  # a document has at least one line
        delta = sum(fresh) - sum(lengths[first:last])
        lengths[first:last] = fresh
        starts = starts.spliced(first, last, fresh, delta)
        assert starts == LineStarts.of(lengths)
        assert starts[:] == tuple(starts)
        assert starts[-1] == sum(lengths[:-1])
