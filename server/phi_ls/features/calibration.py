"""How far a model's own confidence can be trusted here, as `phi-ls eval` measured it on the user's code.

A model's confidence in a text is the geometric mean of its tokens' probabilities. Where it is below the threshold, or
where the least probable token is below the floor, nothing is offered while somebody types; without a measurement
everything is. Quarters of the measured answers say how often an answer of such a confidence was right.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.paths import bundled, cache_dir, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


FILE = "calibration.json"


@dataclass(frozen=True)
class Quarter:
    """A quarter of the measured answers: its lowest confidence, its size, and the share that was right."""

    lowest: float
    n: int
    exact_match: float


@dataclass(frozen=True)
class Calibration:
    """What was measured of one model on one backend. Quarters by rising confidence; a threshold of 1 shows nothing."""

    threshold: float
    holes: int
    quarters: tuple[Quarter, ...]
    floor: float = 0.0
    """What the least probable token must reach; 0 where that was not measured, or tells no more than the mean."""

    def doubt(self, confidence: float, least: float) -> str:
        """Why a text of such a confidence, with such a least probable token, is not worth showing; "" when it is."""
        if confidence < self.threshold:
            return f"confidence {confidence:.2f} is below {self.threshold:.2f}"
        if least < self.floor:
            return f"the least sure token has {least:.2f}, which is below {self.floor:.2f}"
        return ""

    def right(self, confidence: float) -> float:
        """How often an answer of such a confidence was right."""
        below = [quarter for quarter in self.quarters if quarter.lowest <= confidence]
        return (below[-1] if below else self.quarters[0]).exact_match if self.quarters else 0.0


class Calibrations:
    """The measurements that are kept; read once, when the first one is asked for."""

    def __init__(self, known: dict[str, Calibration] | None = None) -> None:
        self._known = known

    def of(self, model: str, backend: str) -> Calibration | None:
        """What is known of a model on a backend."""
        if self._known is None:
            self._known = _read()
        return self._known.get(f"{model} {backend}")


def store(model: str, backend: str, calibration: Calibration) -> Path:
    """Keep a measurement in place of an older one; the file that holds it."""
    known = {**_read_file(_file()), f"{model} {backend}": calibration}
    target = _file()
    write_whole(target, json.dumps({key: asdict(value) for key, value in known.items()}, indent=2))
    return target


def confidence_of(logprobs: Sequence[float]) -> float:
    """The geometric mean of probabilities, from their natural logarithms; 0 for no token."""
    return math.exp(sum(logprobs) / len(logprobs)) if logprobs else 0.0


def least_of(logprobs: Sequence[float]) -> float:
    """The least of probabilities, from their natural logarithms; 0 for no token."""
    return math.exp(min(logprobs)) if logprobs else 0.0


def _file() -> Path:
    return cache_dir() / FILE


def _read() -> dict[str, Calibration]:
    """What ships with the embedded model, then what was measured here."""
    return {**_read_file(bundled("models") / "starter" / FILE), **_read_file(_file())}


def _read_file(file: Path) -> dict[str, Calibration]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {key: _calibration(value) for key, value in content.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # It can be measured again; until then everything is offered.
        return {}


def _calibration(row: dict[str, Any]) -> Calibration:
    quarters = tuple(Quarter(float(q["lowest"]), int(q["n"]), float(q["exact_match"])) for q in row["quarters"])
    return Calibration(float(row["threshold"]), int(row["holes"]), quarters, float(row.get("floor", 0.0)))
