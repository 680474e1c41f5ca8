"""What follows where the same text stands elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from marked import marked
from phi_ls.features.lookup import Index, lookup
from phi_ls.features.lookup.match import LONGEST_KEY
from phi_ls.text import Source

LONG = "    self.assertEqual(result.status_code, "


def found(marked_text: str, minimum: int = 8, **others: str) -> tuple[str, int] | None:
    """The text that was found, and the length of its key; `others` are files beside the one at hand."""
    m = marked(marked_text)
    index = Index()
    for name, text in others.items():
        index.put(name, text.encode())
    match = lookup(m.source(), m.cursor, index=index, minimum=minimum)
    return (match.text, match.key_length) if match else None


@pytest.mark.parametrize(
    ("marked_text", "minimum", "expected"),
    [
        pytest.param(f"{LONG}200)\n{LONG}$0\n", 40, ("200)", 41), id="before-the-cursor"),
        pytest.param(f"{LONG}$0\n{LONG}200)\n", 40, ("200)", 41), id="behind-the-cursor"),
        pytest.param("abcdef = 1\nabcdef$0", 40, None, id="key-too-short"),
        pytest.param("abcdef = 1\nabcdef$0", 6, (" = 1", 6), id="a-shorter-minimum"),
        pytest.param("xabc one\nyabc two\nyabc $0\n", 4, ("two", 6), id="longest-match-wins"),
        pytest.param("abc one\nabc two\nabc two\nabc $0\n", 4, ("two", 8), id="line-above-counts"),
        pytest.param("0abcd one\n1abcd two\n2abcd two\n3abcd $0\n", 4, ("two", 5), id="most-frequent-wins"),
        pytest.param("abc\nabc$0\n", 3, None, id="nothing-follows"),
        pytest.param("aaaa$0", 3, None, id="no-overlap-with-itself"),
        pytest.param("        $0\n        x = 1\n", 4, None, id="blanks-are-no-key"),
        pytest.param("éé😀 = 1\néé😀$0", 4, (" = 1", 8), id="beyond-ascii"),
        pytest.param("ab\r\ncd 1\r\nab\r\ncd $0\r\n", 6, ("1", 7), id="over-line-ends"),
        pytest.param("$0", 1, None, id="empty-file"),
        pytest.param(
            "        if xy:\n            y = 2\n    z\n        if xy:\n            $0\n",
            8,
            ("y = 2", 27),
            id="deep-indentation-does-not-hide-the-line-above",
        ),
    ],
)
def test_the_places_in_the_file_tell_what_follows(
    marked_text: str, minimum: int, expected: tuple[str, int] | None
) -> None:
    assert found(marked_text, minimum) == expected


def test_another_file_tells_what_follows() -> None:
    assert found(f"import x\n{LONG}$0\n", other=f"{LONG}200)\n") == ("200)", 41)


def test_the_word_alone_is_found_in_another_file() -> None:
    assert found("await checkpoin$0\n", other="_core.checkpoint_if_cancelled()\n") == ("t_if_cancelled()", 9)


def test_the_file_at_hand_outweighs_an_equal_place_elsewhere() -> None:
    here = "total = compute(first)\ntotal = $0\n"
    assert found(here, other="total = compute(second)\n", another="total = 1\n") == ("compute(first)", 8)


def test_the_document_does_not_find_its_own_file() -> None:
    m = marked(f"{LONG}$0\n")
    index = Index()
    index.put("/project/sample.py", f"{LONG}200)\n".encode())
    assert lookup(m.source(uri="file:///project/sample.py"), m.cursor, index=index) is None
    assert lookup(m.source(uri="file:///project/other.py"), m.cursor, index=index) is not None


def test_a_line_that_stands_below_already_is_not_said_again() -> None:
    text = "if abc:\n    first()\n    other()\n\nif abc:\n    $0\n    first()\n\nif abc:\n    third()\n"
    assert found(text, minimum=4) == ("third()", 16)


def test_the_place_with_the_same_next_line_wins() -> None:
    text = "open(a)\nread(x)\nclose(a)\n\nopen(b)\nread(y)\nsync(b)\n\nopen(c)\nread($0\nsync(b)\n"
    assert found(text, minimum=5) == ("y)", 7)


def test_names_that_occur_here_outweigh_unknown_ones() -> None:
    here = "value = 1\nresult = convert($0\n"
    others = {"a": "result = convert(strange)\n", "b": "result = convert(value)\n"}
    assert found(here, **others) == ("value)", 17)


def test_the_one_name_that_differs_is_replaced_in_what_follows() -> None:
    text = "for item in the_list:\n    print(item)\n\nfor name in the_list:\n    $0\n"
    assert found(text) == ("print(name)", len(" in the_list:\n    "))


def test_agreement_and_key_length_make_confidence() -> None:
    def confidence(text: str) -> tuple[float, float]:
        m = marked(text)
        match = lookup(m.source(), m.cursor)
        assert match is not None
        return round(match.agreement, 2), match.confidence

    one, sure = confidence("open_file(path, mode)\nopen_file($0\n")
    half, unsure = confidence("open_file(path)\n\nopen_file(name)\n\n\nopen_file($0\n")
    whole, surest = confidence(f"{'a_long_prefix = 1 ' * 6}open_file(path)\n{'a_long_prefix = 1 ' * 6}open_file($0\n")
    assert one == whole == 1.0
    assert half < 0.9
    assert unsure < sure < surest


def test_the_lines_that_follow_come_with_the_match() -> None:
    m = marked("def alpha():\n    one()\n    two()\n\n\ndef alpha():\n    $0\n")
    match = lookup(m.source(), m.cursor)
    assert match is not None
    assert match.lines == "one()\n    two()\n\n\ndef alpha():\n    \n"


def test_matches_longer_than_needed_are_equal_and_the_most_frequent_wins() -> None:
    key = "".join(f"word{number} " for number in range(60))
    assert len(key) > LONGEST_KEY
    assert found(f"x{key}one\n{key}two\n{key}two\nx{key}$0") == ("two", LONGEST_KEY)


# Digits, since a name may be replaced by the one that stands in its place here.
@given(st.lists(st.sampled_from(["1", "2", " ", "\n"]), max_size=120).map("".join), st.integers(0, 120))
@example("aaa bbbbbb", 10)
@example(" aa\nbbb bbbb\n b baab a\n", 11)
@example("b b\nb\nb\nbbb\nbb\na b b", 14)
def test_what_is_found_stands_in_the_file_behind_what_was_looked_for(text: str, offset: int) -> None:
    offset = min(offset, len(text))
    match = lookup(Source("u", "python", 1, text), offset, minimum=3)
    if match is not None:
        key = text[offset - match.key_length : offset]
        assert key + match.text in text[:offset] + "\0" + text[offset - match.key_length :]
        assert match.text.strip()
        assert "\n" not in match.text


def test_a_file_that_repeats_itself_endlessly_is_answered() -> None:
    text = "x = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0\n" * 10_000 + "x = 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    match = lookup(Source("u", "python", 1, text), len(text))
    assert match is not None
    assert match.key_length == LONGEST_KEY
    assert set(match.text) == set(", 0")
