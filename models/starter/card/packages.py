"""The held-out packages as two folders of source: the one sets thresholds, the other is reported on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ..recipe.sources import packages, pins

if TYPE_CHECKING:
    from pathlib import Path

REPORTED = ("click", "flask", "requests", "rich", "trio")
CALIBRATE, REPORT = "calibrate", "report"


def lay_out(folder: Path, wheels: Path) -> None:
    """Write `folder/calibrate` and `folder/report`, unless they are there; wheels that are missing are fetched."""
    if (folder / REPORT).exists():
        return
    partial = folder / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    for package in packages(pins("held_out.txt"), wheels):
        part = REPORT if package.pin.name in REPORTED else CALIBRATE
        for file in package.files():
            target = partial / part / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)
    for part in (CALIBRATE, REPORT):
        (partial / part).rename(folder / part)
    partial.rmdir()
