"""Which confidence of a model is worth showing.

A text is worth showing where at least one in five is exactly right: so a wrong one is held to cost a quarter of what a
right one brings. Of the borders between tenths of the answers, the threshold is the one above which right texts
outweigh wrong ones most; where they never do, it is 1 and nothing is shown unasked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.evaluation.eval.filling import MODEL
from phi_ls.features.calibration import Calibration, Quarter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.evaluation.eval.records import Record

COST_OF_A_WRONG_TEXT = 0.25
ENOUGH = 100
"""Answers below which a calibration is no ground to hide anything."""
_STEPS = 10


def calibrate(records: Sequence[Record]) -> Calibration | None:
    """The calibration of the model from its answers; None when there are fewer than four."""
    answers = sorted(
        (record.confidence, record.exact)
        for record in records
        if record.system == MODEL and record.text and record.confidence is not None
    )
    if len(answers) < 4:
        return None
    return Calibration(
        threshold=_threshold(answers),
        holes=len(answers),
        quarters=tuple(_quarter(answers, number) for number in range(4)),
    )


def _quarter(answers: list[tuple[float, bool]], number: int) -> Quarter:
    part = answers[len(answers) * number // 4 : len(answers) * (number + 1) // 4]
    return Quarter(round(part[0][0], 4), len(part), round(sum(exact for _, exact in part) / len(part), 4))


def _threshold(answers: list[tuple[float, bool]]) -> float:
    best, threshold = 0.0, 1.0
    for step in range(_STEPS):
        shown = answers[len(answers) * step // _STEPS :]
        right = sum(exact for _, exact in shown)
        worth = right - COST_OF_A_WRONG_TEXT * (len(shown) - right)
        if worth > best:
            best, threshold = worth, shown[0][0] if step else 0.0
    return round(threshold, 4)
