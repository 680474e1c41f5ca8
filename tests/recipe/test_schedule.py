"""How fast to learn, when."""

from __future__ import annotations

from models.starter.recipe.schedule import Schedule


def test_the_rate_goes_up_stays_level_and_goes_down_to_nothing() -> None:
    schedule = Schedule(warm_up=100, until=1000, cool_down=200)
    assert [schedule.rate(tokens) for tokens in (49, 99, 500, 800, 900, 999, 1000, 5000)] == [
        0.5, 1.0, 1.0, 1.0, 0.5, 0.005, 0.0, 0.0,
    ]  # fmt: skip


def test_a_cool_down_may_begin_at_once() -> None:
    assert [Schedule(warm_up=0, until=100, cool_down=100).rate(tokens) for tokens in (0, 50, 100)] == [1.0, 0.5, 0.0]
