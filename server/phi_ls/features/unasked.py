"""Whether a model's text may be shown while somebody types, or only when they ask for it.

A model that its catalogue row or a measurement calls too weak stays for what is asked for: completions by hand,
explanations, actions. While somebody types, lookup answers in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.settings import Unasked

if TYPE_CHECKING:
    from phi_ls.features.calibration import Calibration
    from phi_ls.inference.select import Candidate

HIGHEST = 0.9999
"""A confidence that no text has; a model that is doubted all the same is not worth asking."""
SILENT_SECONDS = 60.0
"""After so much typing without any suggestion somebody wonders whether this works at all."""
PAUSE_SECONDS = 10.0
"""Who presses no key for longer does not wait for a suggestion."""


class Silence:
    """How long somebody has typed in a session without being shown anything. Pure: the caller tells the time."""

    def __init__(self, *, seconds: float = SILENT_SECONDS) -> None:
        self._wanted = seconds
        self._typed = 0.0
        self._last: float | None = None
        self._over = False

    def key(self, now: float) -> None:
        """A completion was asked for by an editor itself, at `now` in seconds."""
        if self._last is not None and now - self._last <= PAUSE_SECONDS:
            self._typed += now - self._last
        self._last = now

    def end(self) -> None:
        """Something was shown, or asked for by hand, or explained: for this session nothing needs to be said."""
        self._over = True

    @property
    def long(self) -> bool:
        """Whether it has lasted so long that a person wants to know why."""
        return not self._over and self._typed >= self._wanted


def withheld(wanted: Unasked, candidate: Candidate | None, calibration: Calibration | None) -> str:
    """Why the text of `candidate` is not shown unasked, in one line for people; "" when it may be."""
    if wanted is Unasked.LOOKUP:
        return "the setting phi.inlineCompletion.unasked is lookup"
    local = candidate.local if candidate else None
    if wanted is Unasked.AUTO and local is not None and local.model.withheld:
        return f"{local.model.id} is not shown unasked: {local.model.withheld}; pull a larger model, or ask by hand"
    if calibration is not None and calibration.threshold > HIGHEST:
        return "the model was measured, and is too often wrong to be shown unasked"
    return ""
