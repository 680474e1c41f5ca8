"""One loaded model, with all that is known of it while it is loaded."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phi_ls.wire import Text
from phi_ls.worker import memory
from phi_ls.worker.healing import Pieces
from phi_ls.worker.sequences import Sequences

if TYPE_CHECKING:
    from phi_ls.worker.engine import Engine
    from phi_ls.worker.options import Options

PAYS_BELOW = 2.0
"""Guessing pays where four tokens in one step cost less than this many steps of one."""

_MIB = 1 << 20
_MOST_KEPT = 512 * _MIB
_TRIALS = 3
_TRIAL_SECONDS = 0.5


@dataclass
class Model:
    """`four_cost`: what four tokens in one step cost, in steps of one token; 0 where it was not measured."""

    engine: Engine
    sequences: Sequences
    speculates: bool = False
    four_cost: float = 0.0
    pieces: Pieces = field(init=False)

    def __post_init__(self) -> None:
        self.pieces = Pieces(self.engine.piece, self.engine.vocabulary)

    @classmethod
    def open(cls, engine: Engine, options: Options) -> Model:
        """The model of a fresh engine, measured where that decides something."""
        cost = four_cost(engine) if engine.scores_all and options.speculate == "auto" else 0.0
        speculates = engine.scores_all and (options.speculate == "on" or 0 < cost < PAYS_BELOW)
        return cls(engine, Sequences(engine, kept_bytes=_kept_bytes(options)), speculates, round(cost, 3))


def four_cost(engine: Engine) -> float:
    """What a step of four tokens costs against one of one token: the least of a few trials by the clock.

    Empties the selected sequence. Slow models are tried less often; what disturbs a measurement is short beside them.
    """
    tokens = (engine.encode([Text("x = 1\n")]) * 4)[:4]
    times: dict[int, list[float]] = {1: [], 4: []}
    _step_seconds(engine, tokens)
    began = time.perf_counter()
    while not times[4] or (len(times[4]) < _TRIALS and time.perf_counter() - began < _TRIAL_SECONDS):
        for count, found in times.items():
            found.append(_step_seconds(engine, tokens[:count]))
    engine.rewind(0)
    return min(times[4]) / min(times[1])


def _step_seconds(engine: Engine, tokens: list[int]) -> float:
    engine.rewind(0)
    began = time.perf_counter()
    engine.score(tokens)
    return time.perf_counter() - began


def _kept_bytes(options: Options) -> int:
    if options.kept_mib is not None:
        return options.kept_mib * _MIB
    return min(_MOST_KEPT, (memory.available_bytes() or 0) // 8)
