"""A text ends before the first line that the model was too unsure of."""

from __future__ import annotations

import math

import pytest

from phi_ls.features.calibration import Calibration
from phi_ls.features.doubt import Lines, joined

HALF = Calibration(0.5, 0, ())
NO_GUESS = Calibration(0.5, 0, (), floor=0.4)


def lines(*tokens: tuple[str, float]) -> Lines:
    """Tokens with their probabilities."""
    found = Lines()
    for text, probability in tokens:
        found.add(text, math.log(probability))
    return found


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        pytest.param([("a", 0.9), ("\n", 0.9), ("b", 0.9)], "a\nb", id="sure"),
        pytest.param([("a", 0.9), ("\n", 0.9), ("b", 0.2), ("c", 0.3)], "a\n", id="the-second-is-not"),
        pytest.param([("a", 0.1), ("\n", 0.1), ("b", 0.9)], "a\n", id="the-first-is-not"),
        pytest.param(
            [("a", 0.9), ("\n", 0.9), ("b", 0.1), ("\n", 0.1), ("c", 0.9)], "a\n", id="behind-it-nothing-counts"
        ),
        pytest.param([("\n", 0.9), ("a", 0.9), (":\n    ", 0.9), ("b", 0.1)], "\na:\n", id="a-token-over-a-line-end"),
        pytest.param([("a\nb\nc", 0.9), ("\n", 0.1), ("d", 0.9)], "a\nb\n", id="several-lines-in-a-token"),
        pytest.param([("a", 0.9), ("b", 0.3), ("\n", 0.9)], "ab\n", id="the-mean-counts"),
        pytest.param([("", 0.9), ("a", 0.9)], "a", id="a-token-without-text"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_the_lines_before_the_first_doubted_one_are_kept(tokens: list[tuple[str, float]], kept: str) -> None:
    assert joined(lines(*tokens).sure(HALF)).text == kept


@pytest.mark.parametrize(
    ("tokens", "kept"),
    [
        pytest.param([("a", 0.4), ("\n", 0.9), ("b", 0.9)], "a\nb", id="sure"),
        pytest.param([("a", 0.9), ("\n", 0.9), ("b", 0.99), ("c", 0.39)], "a\n", id="one-token-of-the-second-is-not"),
        pytest.param([("a", 0.99), ("b", 0.3), ("\n", 0.99), ("c", 0.9)], "ab\n", id="one-of-the-first-is-not"),
        pytest.param([("a", 0.9), ("\n", 0.9), ("b", 0.45), ("c", 0.45)], "a\n", id="the-mean-counts-too"),
    ],
)
def test_a_line_with_a_guessed_token_is_doubted_however_sure_the_others_are(
    tokens: list[tuple[str, float]], kept: str
) -> None:
    assert joined(lines(*tokens).sure(NO_GUESS)).text == kept


def test_without_a_measurement_all_lines_are_kept() -> None:
    found = joined(lines(("a", 0.1), ("\n", 0.01), ("b", 0.001)).sure(None))
    assert (found.text, len(found.logprobs)) == ("a\nb", 3)


def test_a_line_is_doubted_when_it_has_ended() -> None:
    found = lines(("a", 0.9), ("\n", 0.9), ("b", 0.1))
    assert not found.doubt(HALF)
    found.add("\n", math.log(0.1))
    assert found.doubt(HALF)
    assert not found.doubt(None)
