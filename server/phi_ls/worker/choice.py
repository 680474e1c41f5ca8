"""Which token comes next: the likeliest one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from phi_ls.errors import GenerationFailed

if TYPE_CHECKING:
    import numpy.typing as npt


def best(scores: npt.NDArray[np.float32]) -> tuple[int, float]:
    """The token with the highest score and its natural-log probability.

    Raises `GenerationFailed` when the scores are no numbers: an engine whose arithmetic has overflowed.
    """
    token = int(scores.argmax())
    highest = scores[token]
    if not math.isfinite(highest):
        raise GenerationFailed("the engine gave scores that are no numbers; try another backend for this model")
    return token, -math.log(np.exp(scores - highest).sum())
