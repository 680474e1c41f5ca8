"""What is measured when a model is loaded, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phi_ls.worker import model as measured
from phi_ls.worker.model import Model, four_cost
from phi_ls.worker.options import Options
from worker.engine_double import EngineDouble, Parrot

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phi_ls.worker.engine import Engine


class Timed(Parrot):
    """An engine whose steps take so many seconds, and more for each token, by its own clock."""

    def __init__(self, step: float, token: float) -> None:
        super().__init__([5])
        self.seconds = 0.0
        self.before_feed = self._work
        self._step = step
        self._token = token

    def perf_counter(self) -> float:
        return self.seconds

    def _work(self, tokens: Sequence[int]) -> bool:
        self.seconds += self._step + self._token * len(tokens)
        return True


@pytest.fixture
def timed(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], Timed]:
    def make(step: float, token: float) -> Timed:
        engine = Timed(step, token)
        monkeypatch.setattr(measured, "time", engine)
        return engine

    return make


def opened(engine: Engine, **options: str) -> Model:
    return Model.open(engine, Options.read(options))


def test_four_tokens_at_the_price_of_one_are_worth_a_guess(timed: Callable[[float, float], Timed]) -> None:
    model = opened(timed(0.05, 0.01))
    assert (model.four_cost, model.speculates) == (1.5, True)


def test_four_tokens_at_the_price_of_three_are_not(timed: Callable[[float, float], Timed]) -> None:
    model = opened(timed(0.01, 0.02))
    assert (model.four_cost, model.speculates) == (3.0, False)


def test_a_slow_model_is_measured_once(timed: Callable[[float, float], Timed]) -> None:
    slow = timed(1, 0)
    assert four_cost(slow) == 1.0
    quick = timed(0.001, 0)
    assert four_cost(quick) == 1.0
    feeds = [sum(call.startswith("feed") for call in engine.calls) for engine in (slow, quick)]
    assert feeds == [3, 7]


@pytest.mark.parametrize(
    ("speculate", "scores_all", "speculates"),
    [
        pytest.param("on", True, True, id="on"),
        pytest.param("off", True, False, id="off"),
        pytest.param("on", False, False, id="on-where-it-cannot-be"),
        pytest.param("auto", False, False, id="auto-where-it-cannot-be"),
    ],
)
def test_nothing_is_measured_where_nothing_depends_on_it(speculate: str, scores_all: bool, speculates: bool) -> None:
    engine = Parrot([5]) if scores_all else EngineDouble()
    model = opened(engine, speculate=speculate)
    assert (model.speculates, model.four_cost, engine.calls) == (speculates, 0.0, [])


def test_the_measurement_leaves_an_empty_cache(timed: Callable[[float, float], Timed]) -> None:
    engine = timed(0.1, 0.1)
    four_cost(engine)
    assert engine.cache == []
