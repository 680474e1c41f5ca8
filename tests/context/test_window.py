"""Windows are cut at lines and stay while somebody types."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phi_ls.context import Budget
from phi_ls.context.window import window_end, window_start
from phi_ls.text import Source

TEXT = "".join(f"line {number} of the file\n" for number in range(400))

texts = st.lists(st.sampled_from(["a", "bc ", "\n", "\r\n", "\r", "é"]), max_size=300).map("".join)


@given(texts, st.integers(0, 300), st.integers(0, 120))
def test_a_prefix_window_fits_and_begins_at_a_line_if_it_can(text: str, end: int, limit: int) -> None:
    end = min(end, len(text))
    start = window_start(text, end, limit)
    assert end - limit <= start <= end
    starts = Source("u", "python", 1, text).line_starts
    inside = [line for line in starts if end - limit + max(limit // 4, 1) <= line < end]
    assert start == 0 or start in starts or not inside


@given(texts, st.integers(0, 300), st.integers(0, 120))
def test_a_suffix_window_fits_and_ends_behind_a_line_if_it_can(text: str, start: int, limit: int) -> None:
    start = min(start, len(text))
    end = window_end(text, start, limit)
    assert start <= end <= min(start + limit, len(text))
    assert end == len(text) or end == start + limit or text[end - 1] in "\r\n"


def test_the_start_moves_once_per_quarter_of_the_window() -> None:
    starts = [window_start(TEXT, end, 400) for end in range(4000, 4400)]
    assert len(set(starts)) == 5
    assert all(300 - 30 <= end - start <= 400 for end, start in zip(range(4000, 4400), starts, strict=True))


def test_a_budget_leaves_room_for_the_wording() -> None:
    budget = Budget(prompt_tokens=1300, chars_per_token=2.5)
    assert budget.characters(1.0) == 2500
    assert budget.characters(0.2) == 500
    assert Budget(prompt_tokens=100, chars_per_token=2.5).characters(1.0) == 0
