"""The threshold that a measurement suggests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from phi_ls.evaluation.eval.calibrate import calibrate
from phi_ls.evaluation.eval.records import Record

RECORD = Record(
    side="",
    system="model",
    hole="h",
    kind="line",
    language="python",
    path="a.py",
    truth="x",
    before="",
    text="x",
    exact=True,
    similarity=1.0,
    completed=1,
    truth_characters=1,
    parses=True,
    whole=True,
)


def answers(*right_by_tenth: int) -> list[Record]:
    """Ten answers for each tenth of confidence, so many of them right."""
    return [
        replace(RECORD, confidence=tenth / 10 + place / 1000, exact=place < right)
        for tenth, right in enumerate(right_by_tenth)
        for place in range(10)
    ]


@pytest.mark.parametrize(
    ("right", "threshold"),
    [
        pytest.param((5,) * 10, 0.0, id="always-worth-it"),
        pytest.param((0, 0, 0, 1, 1, 3, 3, 5, 5, 9), 0.5, id="from-the-middle"),
        pytest.param((1,) * 10, 1.0, id="never"),
        pytest.param((0,) * 9 + (3,), 0.9, id="the-surest-only"),
    ],
)
def test_texts_are_shown_where_one_in_five_is_right(right: tuple[int, ...], threshold: float) -> None:
    calibration = calibrate(answers(*right))
    assert calibration is not None
    assert calibration.threshold == threshold


def test_a_floor_is_found_where_the_least_sure_token_tells_more_than_the_mean() -> None:
    # The mean says nothing: of each tenth the same six are right, those without a guessed token.
    records = [
        replace(RECORD, confidence=tenth / 10 + place / 1000, least=0.1 * place, exact=place >= 4)
        for tenth in range(10)
        for place in range(10)
    ]
    calibration = calibrate(records)
    assert calibration is not None
    assert (calibration.threshold, calibration.floor) == (0.0, 0.4)
    assert [bool(calibration.doubt(r.confidence or 0, r.least or 0)) for r in records] == [not r.exact for r in records]


def test_where_least_sure_tokens_were_not_kept_there_is_no_floor() -> None:
    calibration = calibrate(answers(0, 0, 0, 1, 1, 3, 3, 5, 5, 9))
    assert calibration is not None
    assert (calibration.threshold, calibration.floor) == (0.5, 0.0)


def test_quarters_are_equal_parts_by_rising_confidence() -> None:
    calibration = calibrate(answers(0, 0, 0, 2, 2, 4, 4, 6, 6, 10))
    assert calibration is not None
    assert [(q.lowest, q.n, q.exact_match) for q in calibration.quarters] == [
        (0.0, 25, 0.0),
        (0.205, 25, 0.16),
        (0.5, 25, 0.52),
        (0.705, 25, 0.68),
    ]


def test_only_texts_of_the_model_count() -> None:
    others = [replace(RECORD, system="lookup", confidence=0.9), replace(RECORD, text="", confidence=0.1)]
    assert calibrate(others * 10) is None
