"""The training loop: goes on where its checkpoint is, gives way to other work, ends at a signal with a checkpoint.

While a file named `pause` lies in the working folder, no step is taken. Rows are made in processes of their own, each
row from its number alone, so a run that was stopped and continued ends in the same weights as one that was not.
"""

from __future__ import annotations

import json
import math
import signal
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader, Dataset

from . import state as states
from .corpus import Corpus
from .rows import Rows
from .schedule import Schedule
from .tokenizer import Encoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from torch import Tensor

    from .model import Shape
    from .state import State

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is, apart from its data. `until` and `cool_down` count tokens, `save_every` counts seconds."""

    seed: int = 1
    batch: int = 8
    until: int = 200_000_000
    cool_down: int = 40_000_000
    warm_up: int = 1_000_000
    save_every: float = 600.0
    report_every: int = 20
    threads: int = 2
    workers: int = 1
    compile: bool = True
    device: str = "cpu"


SMOKE_PLAN = Plan(batch=4, until=20_480, cool_down=10_240, warm_up=2_048, report_every=5, compile=False, workers=0)
"""Twenty steps."""


_ENDINGS = (signal.SIGTERM, signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))


class _Stop:
    """True once the process has been asked to end; the step that is under way is finished."""

    def __init__(self) -> None:
        self.asked = False
        for number in _ENDINGS:
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self.asked = True


class _Numbered(Dataset[Batch]):
    """Batches by number, for a loader with processes."""

    def __init__(self, rows: Rows, plan: Plan, first: int, last: int) -> None:
        self._rows, self._batch, self._first, self._last = rows, plan.batch, first, last

    def __len__(self) -> int:
        return self._last - self._first

    def __getitem__(self, index: int) -> Batch:
        number = (self._first + index) * self._batch
        rows = [self._rows.row(number + place) for place in range(self._batch)]
        tokens = torch.stack([torch.from_numpy(row.tokens) for row in rows])
        return tokens[:, :-1], tokens[:, 1:], torch.stack([torch.from_numpy(row.weights) for row in rows])


def train(folder: Path, run: Path, shape: Shape, plan: Plan, *, steps: int | None = None) -> State:
    """Train in `run` with the corpus and tokenizer of `folder`, to the plan's end or for `steps` more steps."""
    torch.set_num_threads(plan.threads)
    checkpoint = run / "checkpoint.pt"
    state = (
        states.load(checkpoint, plan.device)[0] if checkpoint.exists() else states.fresh(shape, plan.seed, plan.device)
    )
    shape = state.model.shape
    rows = Rows(Corpus(folder / "corpus"), Encoder(folder / "tokenizer"), length=shape.row_tokens, seed=plan.seed)
    schedule = Schedule(warm_up=plan.warm_up, until=plan.until, cool_down=plan.cool_down)
    per_step = plan.batch * shape.row_tokens
    last = state.step + max(0, math.ceil((plan.until - state.tokens) / per_step))
    last = last if steps is None else min(last, state.step + steps)
    stop, log = _Stop(), _Log(run / "log.jsonl", plan.report_every)
    facts: dict[str, Any] = {"plan": asdict(plan)}
    if plan.compile:
        for layer in state.model.layers:
            layer.compile()
    saved = time.monotonic()
    for tokens, targets, weights in _batches(rows, plan, state.step, last):
        _wait_while_paused(folder / "pause", stop)
        state.set_rate(schedule.rate(state.tokens))
        loss = _step(state, tokens, targets, weights, plan.device)
        state.tokens += per_step
        log.add(state, loss, per_step, schedule.rate(state.tokens))
        if stop.asked:
            break
        if time.monotonic() - saved > plan.save_every:
            states.save(state, checkpoint, facts)
            saved = time.monotonic()
    states.save(state, checkpoint, facts)
    return state


def _step(state: State, tokens: Tensor, targets: Tensor, weights: Tensor, device: str) -> float:
    with torch.autocast(device, torch.bfloat16):
        loss, _ = state.model(tokens.to(device), targets.to(device), weights.to(device))
    if not torch.isfinite(loss):
        raise FloatingPointError(f"the loss of step {state.step} is {loss.item()}; go back to an older checkpoint")
    loss.backward()
    state.apply()
    return float(loss.item())


def _batches(rows: Rows, plan: Plan, first: int, last: int) -> Iterator[Batch]:
    numbered = _Numbered(rows, plan, first, last)
    if plan.workers == 0:
        yield from (numbered[index] for index in range(len(numbered)))
        return
    yield from DataLoader(
        numbered, batch_size=None, num_workers=plan.workers, prefetch_factor=4, worker_init_fn=_outlive_signals
    )


def _outlive_signals(_worker: int) -> None:
    """Leave the end to the run: a signal may go to all of its processes, and a loader that ends makes the run fail."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def _wait_while_paused(pause: Path, stop: _Stop) -> None:
    while pause.exists() and not stop.asked:
        time.sleep(1.0)


class _Log:
    """One JSON line for every few steps: where the run is, its loss, and how fast it goes."""

    def __init__(self, path: Path, every: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._every = path, every
        self._losses: list[float] = []
        self._tokens, self._since = 0, time.monotonic()

    def add(self, state: State, loss: float, tokens: int, rate: float) -> None:
        self._losses.append(loss)
        self._tokens += tokens
        if len(self._losses) < self._every:
            return
        now = time.monotonic()
        record = {
            "step": state.step,
            "tokens": state.tokens,
            "loss": round(sum(self._losses) / len(self._losses), 4),
            "rate": round(rate, 4),
            "tokens_per_second": round(self._tokens / (now - self._since)),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        self._losses, self._tokens, self._since = [], 0, now
