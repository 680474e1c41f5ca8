"""Finishing a copy of a run: from its last checkpoint down to a rate of nothing, while the run itself can go on."""

from __future__ import annotations

import dataclasses
import shutil
from typing import TYPE_CHECKING

from . import state as states

if TYPE_CHECKING:
    from pathlib import Path

    from .training import Plan


def prepare(run: Path, cooled: Path, plan: Plan, tokens: int) -> Plan:
    """Copy the run's checkpoint to `cooled`, and the plan that cools it down within `tokens`.

    A cool-down that was begun before is continued where it was, unless the run has seen more tokens since it ended.
    """
    source, target = run / "checkpoint.pt", cooled / "checkpoint.pt"
    origin = cooled / "origin.pt"
    if not target.exists() or states.seen(source) > states.seen(target):
        cooled.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        shutil.copyfile(source, origin)
        shutil.copyfile(source, target)
    until = states.seen(origin) + tokens
    return dataclasses.replace(plan, until=until, cool_down=tokens, warm_up=0)
