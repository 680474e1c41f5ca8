"""Windows are cut at lines and stay while somebody types."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phi_ls.context import Budget
from phi_ls.context.window import Anchor, held_start, window_end, window_start
from phi_ls.text import Source, Span

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


@given(texts, st.integers(0, 300), st.integers(0, 120), st.integers(0, 400))
def test_a_window_at_a_definition_fits_and_keeps_half(text: str, end: int, limit: int, place: int) -> None:
    end = min(end, len(text))
    asked: list[Span] = []

    def border(within: Span) -> int | None:
        asked.append(within)
        return place if place in within else None

    start = window_start(text, end, limit, border)
    assert end - limit <= start <= end
    if start != window_start(text, end, limit):
        assert start == place
        assert end - start >= limit / 2
    assert all(within.start - (end - limit) < max(limit // 4, 1) >= len(within) for within in asked)


def test_a_definition_in_the_quarter_behind_the_mark_goes_before_the_line_at_the_mark() -> None:
    asked: list[Span] = []
    assert window_start(TEXT, 4000, 400, lambda within: asked.append(within) or 3690) == 3690  # type: ignore[func-returns-value]
    assert asked == [Span(3600, 3700)]
    assert window_start(TEXT, 4000, 400, lambda _within: None) == window_start(TEXT, 4000, 400)


lines = st.lists(st.sampled_from(["a\n", "bc d\n", "\n", "    e\r\n", "é\r", "a long line of it\n"]), max_size=60)
edits = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2), st.sampled_from(["", "x", "\n", "bc d\n", "y" * 40])))


@given(lines.map("".join), edits, st.integers(0, 120))
def test_a_held_window_always_fits_fills_half_and_begins_with_the_same_line(
    text: str, changes: list[tuple[float, float, str]], limit: int
) -> None:
    end = len(text)
    anchor = Anchor.at(text, window_start(text, end, limit), end)
    for place, share, typed in changes:
        at = int(place * len(text))
        text = text[:at] + typed + text[at + int(share * len(text)) :]
        end = min(at + len(typed), len(text))
        start = held_start(text, end, limit, anchor)
        if start is not None:
            assert limit / 2 <= end - start <= limit
            assert start in Source("u", "python", 1, text).line_starts
            first = anchor.opening.splitlines()[0]  # a \r\n may have been torn apart
            assert text.startswith(first, start)
        else:
            start = window_start(text, end, limit)
        assert end - limit <= start <= end
        anchor = Anchor.at(text, start, end)


@given(st.integers(2000, 7000), st.integers(200, 1000), st.data())
def test_to_and_fro_over_a_mark_the_window_stays(end: int, limit: int, data: st.DataObject) -> None:
    start = window_start(TEXT, end, limit)
    anchor = Anchor.at(TEXT, start, end)
    for _ in range(8):
        now = data.draw(st.integers(start + (limit + 1) // 2, start + limit))
        assert held_start(TEXT[:now] + "\n", now, limit, anchor) == start
    assert held_start(TEXT, start + limit + 1, limit, anchor) is None
    assert held_start(TEXT, start + (limit - 1) // 2, limit, anchor) is None


@given(st.integers(3000, 8200), st.integers(0, 2000), st.integers(0, 900), st.text("ab \n", max_size=300))
def test_what_is_changed_above_moves_the_window_with_its_text(end: int, at: int, gone: int, new: str) -> None:
    start = window_start(TEXT, end, 900)
    anchor = Anchor.at(TEXT, start, end)
    text = TEXT[:at] + new + TEXT[min(at + gone, start - 1) :]
    moved = len(text) - len(TEXT)
    assert held_start(text, end + moved, 900, anchor) == start + moved


def test_a_window_is_found_by_its_line_when_much_has_changed_at_once() -> None:
    start = window_start(TEXT, 6000, 900)
    anchor = Anchor.at(TEXT, start, 6000)
    second = TEXT.index("\n", start) + 1
    text = "import os\n" + TEXT[:second] + "    also this\n" + TEXT[second:6000] + "and more\n"
    found = held_start(text, len(text), 900, anchor)
    assert found == start + len("import os\n")
    assert held_start(TEXT[: start - 5] + TEXT[second:], 5900, 900, anchor) is None
