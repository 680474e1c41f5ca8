"""How fast to learn at each point of a run: warm-up, a long level stretch, and a last stretch down to nothing.

The level stretch needs no end, so a run can be stopped, continued, and cooled down from any of its checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """In tokens seen: level from `warm_up` on, going down to nothing over the last `cool_down` before `until`."""

    warm_up: int
    until: int
    cool_down: int

    def rate(self, tokens: int) -> float:
        """The share of the full rate after `tokens`."""
        if tokens >= self.until:
            return 0.0
        warm = min(1.0, (tokens + 1) / self.warm_up) if self.warm_up else 1.0
        left = (self.until - tokens) / self.cool_down if self.cool_down else 1.0
        return min(warm, left, 1.0)
