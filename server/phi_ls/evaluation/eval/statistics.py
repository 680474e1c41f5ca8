"""Means with intervals, and differences of pairs.

Holes of one file are alike, so files are drawn again and again, not holes: an interval is the middle 95 % of the means
of `DRAWS` samples. Seeded: the same results give the same interval.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DRAWS = 1000


@dataclass(frozen=True)
class Value:
    """One measured number and the group, a file, that it comes from. `weight` is what a mean divides by."""

    group: str
    number: float
    weight: float = 1.0


@dataclass(frozen=True)
class Estimate:
    """A mean and its 95 % interval."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[Value], *, seed: int) -> Estimate | None:
    """The mean of `values`, weighted; None for none."""
    sums: dict[str, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for value in values:
        number, weight = sums[value.group]
        sums[value.group] = number + value.number, weight + value.weight
    groups = list(sums.values())
    total = sum(weight for _, weight in groups)
    if not total:
        return None
    mean = sum(number for number, _ in groups) / total
    rng = random.Random(seed)  # noqa: S311 - it draws samples, it guards nothing
    means = []
    for _ in range(DRAWS):
        drawn = rng.choices(groups, k=len(groups))
        weight = sum(weight for _, weight in drawn)
        if weight:
            means.append(sum(number for number, _ in drawn) / weight)
    means.sort()
    return Estimate(mean, means[int(len(means) * 0.025)], means[int(len(means) * 0.975)])


def percentile(numbers: Sequence[float], share: float) -> float | None:
    """The number below which `share` of them lie; None for none."""
    if not numbers:
        return None
    ordered = sorted(numbers)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
