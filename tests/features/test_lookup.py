"""The continuation of the longest match elsewhere in the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from phi_ls.features.lookup import LONGEST_KEY, Match, lookup
from phi_ls.text import Source

LONG = "    self.assertEqual(result.status_code, "


@pytest.mark.parametrize(
    ("marked_text", "minimum", "found"),
    [
        pytest.param(f"{LONG}200)\n{LONG}$0\n", 40, Match("200)", 41), id="before-the-cursor"),
        pytest.param(f"{LONG}$0\n{LONG}200)\n", 40, Match("200)", 41), id="behind-the-cursor"),
        pytest.param("abcdef = 1\nabcdef$0", 40, None, id="key-too-short"),
        pytest.param("abcdef = 1\nabcdef$0", 6, Match(" = 1", 6), id="a-shorter-minimum"),
        pytest.param("xabc one\nyabc two\nyabc $0\n", 4, Match("two", 6), id="longest-match-wins"),
        pytest.param("abc one\nabc two\nabc two\nabc $0\n", 4, Match("two", 8), id="line-above-counts"),
        pytest.param("0abc one\n1abc two\n2abc two\n3abc $0\n", 4, Match("two", 4), id="most-frequent-wins"),
        pytest.param("0abc one\n1abc two\n3abc $0\n", 4, Match("two", 4), id="nearest-above-wins"),
        pytest.param("abc\nabc$0\n", 3, None, id="nothing-follows"),
        pytest.param("aaaa$0", 3, None, id="no-overlap-with-itself"),
        pytest.param("        $0\n        x = 1\n", 4, None, id="blanks-are-no-key"),
        pytest.param("é😀 = 1\né😀$0", 2, Match(" = 1", 2), id="beyond-ascii"),
        pytest.param("ab\r\ncd 1\r\nab\r\ncd $0\r\n", 6, Match("1", 7), id="over-line-ends"),
        pytest.param("$0", 1, None, id="empty-file"),
    ],
)
def test_the_longest_match_tells_what_follows(marked_text: str, minimum: int, found: Match | None) -> None:
    m = marked(marked_text)
    assert lookup(m.source(), m.cursor, minimum=minimum) == found


def test_matches_longer_than_needed_are_equal_and_the_most_frequent_wins() -> None:
    key = "".join(f"word{number} " for number in range(60))
    assert len(key) > LONGEST_KEY
    text = f"x{key}one\n{key}two\n{key}two\nx{key}"
    assert lookup(Source("u", "python", 1, text), len(text)) == Match("two", LONGEST_KEY)


@given(st.lists(st.sampled_from(["a", "b", " ", "\n"]), max_size=120).map("".join), st.integers(0, 120))
def test_what_is_found_stands_in_the_file_behind_what_was_looked_for(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    match = lookup(Source("u", "python", 1, text), offset, minimum=3)
    if match is not None:
        key = text[offset - match.key_length : offset]
        places = [end for end in range(len(text) + 1) if text[:end].endswith(key) and end != offset]
        assert any(
            text.startswith(match.text, end)
            and not set(range(end - len(key), end)) & set(range(offset - len(key), offset))
            for end in places
        )
        assert match.text.strip()
        assert "\n" not in match.text


def test_a_file_that_repeats_itself_endlessly_is_answered() -> None:
    text = "x = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0\n" * 10_000 + "x = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    assert lookup(Source("u", "python", 1, text), len(text)) == Match(", 0", LONGEST_KEY)
