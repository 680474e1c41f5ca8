"""How good one answer is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.evaluation.eval.metrics import completed, distance, edit_similarity, exact_match, plain

TEXT = st.text("ab(\n ", max_size=12)


def slow_distance(a: str, b: str) -> int:
    """Levenshtein's distance as the textbook has it."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        above, row = row, [i]
        for j, y in enumerate(b, start=1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
    return row[-1]


@given(TEXT, TEXT)
def test_the_fast_distance_is_that_of_the_textbook(a: str, b: str) -> None:
    assert distance(a, b) == slow_distance(a, b)


@pytest.mark.parametrize(
    ("offered", "truth", "same"),
    [
        pytest.param("x = 1", "x = 1", True, id="equal"),
        pytest.param("x = 1  \n", "x = 1", True, id="blanks-at-the-end"),
        pytest.param("a:\r\n    b", "a:\n    b", True, id="line-ends"),
        pytest.param(" x = 1", "x = 1", False, id="blanks-before"),
        pytest.param("", "x", False, id="nothing"),
    ],
)
def test_only_blanks_at_the_ends_of_lines_do_not_count(offered: str, truth: str, same: bool) -> None:
    assert exact_match(offered, truth) is same


def test_similarity_is_the_share_that_need_not_be_edited() -> None:
    assert edit_similarity("abcd", "abcx") == 0.75
    assert edit_similarity("", "abcd") == 0.0
    assert edit_similarity("", "") == 1.0


@pytest.mark.parametrize(
    ("offered", "truth", "characters"),
    [
        pytest.param("name)", "name)", 5, id="all"),
        pytest.param("name(other)", "name(this)", 5, id="up-to-a-border"),
        pytest.param("names", "name", 0, id="another-word"),
        pytest.param("na", "name", 0, id="half-a-word"),
        pytest.param("name", "name + 1", 4, id="the-beginning"),
        pytest.param("name + 12", "name + 1", 7, id="too-much"),
        pytest.param("", "name", 0, id="nothing"),
    ],
)
def test_completed_characters_end_between_words(offered: str, truth: str, characters: int) -> None:
    assert completed(offered, truth) == characters


@given(TEXT, TEXT)
def test_completed_characters_are_the_same_in_both(offered: str, truth: str) -> None:
    assert plain(offered).startswith(plain(truth)[: completed(offered, truth)])
