"""`phi-ls eval`: fill holes in the user's own code and say how well that went."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import settings_for
from phi_ls.cli.main import print_json
from phi_ls.errors import UsageError
from phi_ls.evaluation.eval.calibrate import ENOUGH
from phi_ls.evaluation.eval.holes import Hole, kinds_from
from phi_ls.evaluation.eval.humaneval import is_dataset
from phi_ls.evaluation.eval.progress import Progress
from phi_ls.evaluation.eval.records import Journal
from phi_ls.evaluation.eval.runner import Measured, comparison, holes_in, measure, refuse_in_advance, report
from phi_ls.evaluation.eval.sides import Side, side
from phi_ls.evaluation.eval.table import as_text
from phi_ls.features.calibration import store
from phi_ls.settings import BackendName

if TYPE_CHECKING:
    import argparse

    from phi_ls.settings import Settings

FORMAT = 1


def run(options: argparse.Namespace) -> int:
    """Measure one side or two, print the report, keep the calibration."""
    target = Path(options.target)
    sides = [side(text) for text in options.compare] if options.compare else [Side()]
    settings = [settings_for(options, each.settings_layer()) for each in sides]
    kinds = kinds_from(options.kinds)
    holes = holes_in(target, count=options.holes, seed=options.seed, kinds=kinds)
    journal = Journal(Path(options.resume) if options.resume else None, _header(options, target))
    measured = asyncio.run(_measure(options, sides, settings, holes, journal))
    if len(measured) == 2:
        document = comparison(*measured, seed=options.seed)
    else:
        document = report(measured[0], seed=options.seed)
    document = {"target": str(target), "seed": options.seed, **document}
    kept = "" if options.compare or options.no_calibration or is_dataset(target) else _keep(measured[0])
    if options.json:
        print_json(document)
    else:
        print(as_text(document))
    if kept:
        print(kept, file=sys.stderr)
    return 0


async def _measure(
    options: argparse.Namespace, sides: list[Side], settings: list[Settings], holes: list[Hole], journal: Journal
) -> list[Measured]:
    found = []
    needs = [mine.backend is not BackendName.AUTO or mine.model != "auto" for mine in settings]
    for each, mine, needed in zip(sides, settings, needs, strict=True):
        if needed and journal.who(each.name) is None:
            refuse_in_advance(mine)
    for each, mine, needed in zip(sides, settings, needs, strict=True):
        progress = Progress(sys.stderr, len(holes), each.name)
        found.append(
            await measure(each, mine, holes, journal, baselines=options.baselines, model_needed=needed, report=progress)
        )
    return found


def _header(options: argparse.Namespace, target: Path) -> dict[str, Any]:
    """What must be the same for answers to be taken over from an earlier run."""
    names = ("seed", "kinds", "backend", "model", "compare")
    return {"format": FORMAT, "target": str(target.resolve()), **{name: getattr(options, name) for name in names}}


def _keep(measured: Measured) -> str:
    """Store the calibration of a model that gave enough answers; what was stored, in a sentence."""
    calibration = measured.calibration
    if calibration is None or calibration.holes < ENOUGH:
        return ""
    who = measured.who
    try:
        file = store(who.model, who.backend, calibration)
    except OSError as error:
        raise UsageError(f"wanted to keep the calibration, found {error}") from error
    shown = "nothing" if calibration.threshold >= 1 else f"nothing below a confidence of {calibration.threshold:.2f}"
    if calibration.floor:
        shown += f", and nothing with a token below {calibration.floor:.2f},"
    return f"kept in {file}: while you type, {shown} is shown of {who.model} on {who.backend}"
