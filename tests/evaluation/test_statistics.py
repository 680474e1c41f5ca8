"""Means, intervals, percentiles."""

from __future__ import annotations

import random

from phi_ls.evaluation.eval.statistics import Value, estimate, percentile


def test_the_same_numbers_give_the_same_interval() -> None:
    values = [Value(f"file{number}", number % 2) for number in range(40)]
    first, second = estimate(values, seed=1), estimate(values, seed=1)
    assert first is not None
    assert first == second
    assert first.mean == 0.5
    assert 0.3 < first.low < 0.5 < first.high < 0.7


def test_an_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng = random.Random(7)
    held = 0
    for trial in range(100):
        values = [Value(str(number), rng.random() < 0.3) for number in range(60)]
        found = estimate(values, seed=trial)
        assert found is not None
        held += found.low <= 0.3 <= found.high
    assert 88 <= held <= 99


def test_alike_holes_of_one_file_make_the_interval_wider() -> None:
    apart = estimate([Value(str(number), number % 2) for number in range(40)], seed=0)
    together = estimate([Value(str(number % 4), number % 2) for number in range(40)], seed=0)
    assert apart is not None
    assert together is not None
    assert together.high - together.low > apart.high - apart.low


def test_weights_count() -> None:
    found = estimate([Value("a", 3, 4), Value("b", 0, 12)], seed=0)
    assert found is not None
    assert found.mean == 3 / 16


def test_nothing_has_no_mean() -> None:
    assert estimate([], seed=0) is None
    assert estimate([Value("a", 0, 0)], seed=0) is None
    assert percentile([], 0.5) is None


def test_percentiles() -> None:
    assert [percentile(list(range(100)), share) for share in (0.0, 0.5, 0.99, 1.0)] == [0, 50, 99, 99]
