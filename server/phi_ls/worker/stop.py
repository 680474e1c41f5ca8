"""Stop strings in a text that arrives piece by piece.

What is let through does not depend on where the pieces are cut: the stop string that ends first in the text wins, and
of those that end together the longest. Text is held back only while it may still become a stop string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Scan(NamedTuple):
    """What to send now, what to hold back, and the stop string that was met ("" while there is none)."""

    send: str
    held: str
    stop: str


def scan(held: str, new: str, stops: Sequence[str]) -> Scan:
    """Look for `stops` in the text that was `held` back so far and the `new` text behind it.

    Empty stop strings are ignored. After a stop string nothing is held and what follows it is dropped.
    """
    text = held + new
    if not stops:
        return Scan(text, "", "")
    met = [(start + len(stop), start, stop) for stop in stops if stop and (start := text.find(stop)) >= 0]
    if met:
        _, start, stop = min(met)
        return Scan(text[:start], "", stop)
    keep = max((_begun(text, stop) for stop in stops), default=0)
    border = len(text) - keep
    return Scan(text[:border], text[border:], "")


def _begun(text: str, stop: str) -> int:
    """Length of the longest proper beginning of `stop` with which `text` ends."""
    longest = min(len(stop) - 1, len(text))
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
