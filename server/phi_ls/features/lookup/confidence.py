"""How often a match was right, by what can be seen of it.

Measured with `phi-ls eval --baselines --kinds inside,line --holes 2400` (`lookup_confidence` of its JSON: exact matches
of lookup after clean-up) on 28 packages: 15 of the standard library of Python 3.12, and pip, pytest, hypothesis, mypy,
pygls and others. None of the packages that the starter model is judged by is among them.
"""

from __future__ import annotations

from bisect import bisect_right

INSTANT = 0.45
"""Shown at once, without asking the model."""
ALONE = 0.25
"""Shown where there is no model to ask."""

KEY = (0, 10, 18, 30, 50, 80)
"""Lower bounds of the classes of key length: matched characters that are not blank."""
AGREEMENT = (0.0, 0.4, 0.8)
"""Lower bounds of the classes of agreement: the share of what was found that goes on as the match does."""

INSIDE_A_LINE = (
    (0.05, 0.16, 0.41),
    (0.12, 0.30, 0.56),
    (0.12, 0.31, 0.60),
    (0.12, 0.35, 0.62),
    (0.12, 0.35, 0.77),
    (0.12, 0.35, 0.87),
)
AT_ITS_START = (
    (0.03, 0.01, 0.13),
    (0.03, 0.09, 0.29),
    (0.05, 0.11, 0.30),
    (0.05, 0.11, 0.37),
    (0.05, 0.12, 0.52),
    (0.05, 0.12, 0.76),
)
"""Rows by key length, columns by agreement. Classes with fewer than 20 matches have their neighbours' figures."""


def confidence(key_characters: int, agreement: float, *, inside_a_line: bool) -> float:
    """The share of such matches that say exactly what follows."""
    table = INSIDE_A_LINE if inside_a_line else AT_ITS_START
    return table[key_class(key_characters)][agreement_class(agreement)]


def key_class(key_characters: int) -> int:
    """The row of a table."""
    return bisect_right(KEY, key_characters) - 1


def agreement_class(agreement: float) -> int:
    """The column of a table."""
    return bisect_right(AGREEMENT, agreement) - 1
