"""How often a match was right, by what can be seen of it.

Measured with `phi-ls eval` (exact matches of its `lookup` baseline, after clean-up) on packages of the standard library and
of site-packages; none of the held-out packages is among them.
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
    (0.10, 0.30, 0.50),
    (0.02, 0.15, 0.50),
    (0.02, 0.15, 0.52),
    (0.02, 0.15, 0.60),
    (0.02, 0.15, 0.72),
    (0.02, 0.15, 0.92),
)
AT_ITS_START = (
    (0.01, 0.02, 0.15),
    (0.01, 0.02, 0.20),
    (0.01, 0.05, 0.33),
    (0.01, 0.10, 0.30),
    (0.01, 0.10, 0.55),
    (0.01, 0.10, 0.60),
)


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
