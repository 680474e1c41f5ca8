"""Small models fall into loops; a text that holds one is worth nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

TIMES = 3
LEAST_TOKENS = 12
"""Three times a run of four tokens: shorter repetitions, such as `0, 0, 0`, are often meant."""
LONGEST_PERIOD = 40
_TOKEN = re.compile(r"\w+|[^\w\s]")
_SYLLABLES = re.compile(r"([A-Za-z_]{2,12}?)\1{4,}")
_LETTERS = re.compile(r"(\w)\1{19,}")


def discard_loops(text: str, shape: Shape) -> str:
    """`text`, or "" when a run of its tokens comes three times in a row."""
    return "" if is_loop(text) else text


def is_loop(text: str) -> bool:
    """Whether a run of at most `LONGEST_PERIOD` tokens comes at least three times in a row and fills twelve tokens."""
    if _LETTERS.search(text) or any(len(set(match.group(1))) > 1 for match in _SYLLABLES.finditer(text)):
        return True
    tokens = _TOKEN.findall(text)
    return any(_has_period(tokens, period) for period in range(1, min(LONGEST_PERIOD, len(tokens) // TIMES) + 1))


def _has_period(tokens: list[str], period: int) -> bool:
    wanted = max(LEAST_TOKENS, TIMES * period) - period
    same = 0
    for end, (one, other) in enumerate(zip(tokens, tokens[period:], strict=False), start=1):
        same = same + 1 if one == other else 0
        if same >= wanted and any(token[0].isalnum() for token in tokens[end - period : end]):  # no ruler
            return True
    return False
