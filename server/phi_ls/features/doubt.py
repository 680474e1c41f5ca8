"""Which lines of a model's text are sure enough to be shown unasked.

A line is doubted where the geometric mean of its tokens' probabilities, or the least of them, is too low: one token
that was guessed makes the line wrong, however sure the others are. A text ends before its first doubted line; what was
written behind it was written on sand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phi_ls.features.calibration import confidence_of, least_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phi_ls.features.calibration import Calibration


@dataclass
class Line:
    """A line that says something, with the blank ones above it and its line end, if it has one."""

    text: str = ""
    logprobs: list[float] = field(default_factory=list)

    @property
    def ended(self) -> bool:
        """Whether another line follows."""
        return bool(self.text.strip()) and self.text.endswith("\n")

    def doubted(self, measured: Calibration) -> bool:
        """Whether the model was too unsure. A line that came along with the end of the one before is as sure as it."""
        return bool(self.logprobs) and bool(measured.doubt(confidence_of(self.logprobs), least_of(self.logprobs)))


class Lines:
    """The tokens of an answer, by the line in which they begin."""

    def __init__(self) -> None:
        self._lines: list[Line] = [Line()]

    def add(self, text: str, logprob: float) -> None:
        """Take the next token."""
        first, *further = re.findall(r"[^\n]*\n|[^\n]+", text) or [""]
        self._current().logprobs.append(logprob)
        self._lines[-1].text += first
        for piece in further:
            self._current().text += piece

    def doubt(self, measured: Calibration | None) -> bool:
        """Whether a line that has ended is doubted; never without a measurement."""
        return measured is not None and any(line.ended and line.doubted(measured) for line in self._lines)

    def sure(self, measured: Calibration | None) -> tuple[Line, ...]:
        """The lines before the first doubted one; if that is the first of all, it alone."""
        doubted = (n for n, line in enumerate(self._lines) if measured is not None and line.doubted(measured))
        return tuple(self._lines[: max(next(doubted, len(self._lines)), 1)])

    def _current(self) -> Line:
        if self._lines[-1].ended:
            self._lines.append(Line())
        return self._lines[-1]


def joined(lines: Iterable[Line]) -> Line:
    """Lines as one."""
    lines = tuple(lines)
    return Line("".join(line.text for line in lines), [logprob for line in lines for logprob in line.logprobs])
