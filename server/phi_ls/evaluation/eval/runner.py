"""One run: holes, sides one after the other, a journal, a report.

Sides run one after the other over the same holes: two large models would not fit in memory together, and the holes pair
their answers all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.errors import NoBackend
from phi_ls.evaluation.eval.baselines import NAMES
from phi_ls.evaluation.eval.calibrate import calibrate
from phi_ls.evaluation.eval.filling import MODEL, SHOWN, Filler
from phi_ls.evaluation.eval.holes import Hole, Kind, find_holes
from phi_ls.evaluation.eval.humaneval import Problem, is_dataset, read_problems
from phi_ls.evaluation.eval.records import Who
from phi_ls.evaluation.eval.summary import differences, figures
from phi_ls.features.assistant import Assistant
from phi_ls.inference.select import refusals
from phi_ls.settings import Unasked
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from phi_ls.evaluation.eval.records import Journal, Record
    from phi_ls.evaluation.eval.sides import Side
    from phi_ls.features.calibration import Calibration
    from phi_ls.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one side gave, and what it was."""

    who: Who
    records: tuple[Record, ...]

    @property
    def calibration(self) -> Calibration | None:
        """How far the model's confidence can be trusted."""
        return calibrate(self.records)


def holes_in(target: Path, *, count: int, seed: int, kinds: Sequence[Kind]) -> list[Hole]:
    """The holes of source code, or the problems of a dataset, the first `count` of them."""
    if is_dataset(target):
        return [_hole(problem) for problem in read_problems(target)[:count]]
    return find_holes(target, count=count, seed=seed, kinds=kinds)


def refuse_in_advance(settings: Settings) -> None:
    """Raise `NoBackend` when no model can run with these settings: before hours are spent on another side."""
    _report, candidates = Assistant(settings).examine()
    if not any(candidate.state == "ready" for candidate in candidates):
        raise NoBackend(refusals(candidates))


async def measure(
    side: Side,
    settings: Settings,
    holes: Sequence[Hole],
    journal: Journal,
    *,
    baselines: bool,
    model_needed: bool,
    report: Callable[[int], None] = lambda _done: None,
) -> Measured:
    """Fill every hole that the journal has no answers for. `report` is told how many are done.

    Nothing is loaded when the journal has all, nor for settings that show only what lookup finds. Raises `NoBackend`
    when no model runs and one is needed; otherwise only what needs no model is measured.
    """
    before = journal.who(side.name)
    if before is not None:
        found = [_known(journal, before, hole, baselines=baselines) for hole in holes]
        if all(found):
            return Measured(who=before, records=tuple(record for records in found for record in records))
    assistant = Assistant(settings)
    try:
        who = await _who(assistant, side, needed=model_needed)
        journal.introduce(who)
        filler = Filler(assistant, side=side.name, with_model=bool(who.model), baselines=baselines)
        records: list[Record] = []
        for done, hole in enumerate(holes):
            report(done)
            answers = _known(journal, who, hole, baselines=baselines)
            if not answers:
                answers = await filler.fill(hole)
                journal.add(answers)
            records += answers
        report(len(holes))
    finally:
        await assistant.close()
    return Measured(who=who, records=tuple(records))


def _known(journal: Journal, who: Who, hole: Hole, *, baselines: bool) -> list[Record]:
    """The answers of an earlier run, or [] unless all are there."""
    systems = (*((MODEL,) if who.model else ()), SHOWN, *(NAMES if baselines else ()))
    found = [journal.find(who.side, system, hole.id) for system in systems]
    return [record for record in found if record is not None] if all(found) else []


def report(measured: Measured, *, seed: int) -> dict[str, Any]:
    """The figures of one side under their stable names."""
    calibration = measured.calibration
    return {
        **{name: getattr(measured.who, name) for name in ("backend", "engine", "model")},
        **figures(measured.records, seed=seed),
        "calibration": None
        if calibration is None
        else {
            "answers": calibration.holes,
            "threshold": calibration.threshold,
            "floor": calibration.floor,
            "quarters": [
                {"confidence_from": q.lowest, "n": q.n, "exact_match": q.exact_match} for q in calibration.quarters
            ],
        },
    }


def comparison(first: Measured, second: Measured, *, seed: int) -> dict[str, Any]:
    """Two sides and, as `differences`, the second less the first over the same holes."""
    return {
        "holes": len({record.hole for record in first.records}),
        "sides": {first.who.side: report(first, seed=seed), second.who.side: report(second, seed=seed)},
        "differences": differences(first.records, second.records, seed=seed),
    }


async def _who(assistant: Assistant, side: Side, *, needed: bool) -> Who:
    if assistant.settings.inline_completion.unasked is Unasked.LOOKUP:
        return Who(side.name)
    await assistant.start()
    try:
        await assistant.supervisor.client()
    except NoBackend:
        if needed:
            raise
        return Who(side.name)
    status = assistant.status
    return Who(side.name, status.backend, status.engine, status.model)


def _hole(problem: Problem) -> Hole:
    source = Source(f"untitled:{problem.task_id}.py", "python", 0, problem.before + problem.after)
    return Hole(
        problem.task_id,
        problem.family,
        f"{problem.task_id}.py",
        source,
        len(problem.before),
        problem.truth,
        problem,
    )
