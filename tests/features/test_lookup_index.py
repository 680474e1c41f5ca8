"""The index of other files: what it finds, what it forgets, and that it stays within its bounds."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from phi_ls.features.lookup import Index
from phi_ls.features.lookup.index import LARGEST_FILE, name_of
from phi_ls.features.lookup.segment import CAPACITY

MEBIBYTE = 1 << 20


def places(index: Index, before: str, without: str = "") -> list[str]:
    """What follows on the line at each place that is found."""
    return [text[end:].split(b"\n")[0].decode() for text, end in index.places(before.encode(), without=without)]


def lines(seed: int, count: int) -> bytes:
    """Lines of made-up words."""
    rng = random.Random(seed)
    return b"".join(b"value_%d = compute_%d(other)\n" % (rng.randrange(10**6), seed) for _ in range(count))


def test_a_file_is_found_until_it_is_dropped() -> None:
    index = Index()
    assert index.put("a", b"result = first_thing\n")
    assert places(index, "result = ") == ["first_thing"]
    index.drop("a")
    assert places(index, "result = ") == []
    assert (len(index), index.characters) == (0, 0)


def test_a_changed_file_is_found_as_it_is() -> None:
    index = Index()
    index.put("a", b"result = first\n")
    assert index.put("a", b"result = second\n")
    assert not index.put("a", b"result = second\n")
    assert places(index, "result = ") == ["second"]


def test_a_file_can_be_left_out() -> None:
    index = Index()
    index.put("a", b"result = first\n")
    index.put("b", b"result = second\n")
    assert places(index, "result = ", without="a") == ["second"]


@given(st.text("ab_.( \n", max_size=60), st.integers(0, 60))
def test_every_place_that_is_found_is_preceded_by_the_same_text(text: str, cut: int) -> None:
    index = Index()
    index.put("a", text.encode())
    before = text[:cut].encode()
    for data, end in index.places(before):
        assert data == text.encode()
        assert data[:end].endswith(before[-5:])


def test_every_token_of_a_file_can_be_found() -> None:
    index = Index()
    words = [f"name{number}" for number in range(200)]
    text = " ".join(words)
    index.put("a", text.encode())
    for number in range(3, 200):
        before = text[: text.index(words[number])]
        assert places(index, before) == [text[len(before) :]]


def test_editing_a_file_again_and_again_costs_no_more_room() -> None:
    index = Index(4 * MEBIBYTE)
    steady = lines(0, 100)
    index.put("steady", steady)
    for turn in range(1, 40):
        index.put("edited", lines(turn, 4000))
    assert len(index) == 2
    assert index.memory_bytes < 8 * MEBIBYTE
    assert index.characters == len(steady) + len(lines(39, 4000))
    assert places(index, "= compute_0(")[0] == "other)"
    assert places(index, "= compute_1(") == []


def test_above_its_limit_the_oldest_files_are_forgotten() -> None:
    index = Index(2 * MEBIBYTE)
    for number in range(8):
        index.put(str(number), lines(number, 10_000))
    assert index.characters <= 2 * CAPACITY
    assert "7" in index
    assert "0" not in index
    assert places(index, "= compute_7(")[0] == "other)"
    assert places(index, "= compute_0(") == []


def test_a_huge_file_is_left_out_and_its_older_text_with_it() -> None:
    index = Index()
    index.put("a", b"result = first\n")
    assert not index.put("a", b"x" * (LARGEST_FILE + 1))
    assert "a" not in index


def test_a_document_has_one_name_however_its_uri_is_spelt() -> None:
    assert name_of("file:///project/a%20b.py") == name_of("file:///project/a b.py")
    assert name_of("untitled:1") == "untitled:1"
