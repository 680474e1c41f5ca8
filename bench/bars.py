"""A measured number beside the bar that was set for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Relation: TypeAlias = Literal["<=", ">="]


@dataclass(frozen=True)
class Bar:
    """`what` was measured as `found`; the bar is `relation` `limit`. None: it could not be measured."""

    what: str
    found: float | None
    relation: Relation
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the bar is met; None where nothing was measured."""
        if self.found is None:
            return None
        return self.found <= self.limit if self.relation == "<=" else self.found >= self.limit

    @property
    def verdict(self) -> str:
        """The bar and what came of it, for people."""
        words = {True: "holds", False: "does NOT hold", None: "not measured"}
        return f"{self.relation} {number(self.limit)}{self.unit}: {words[self.holds]}"


def number(value: float | None) -> str:
    """Three significant digits or whole numbers; a dash for none."""
    if value is None:
        return "-"
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def shown(bar: Bar) -> str:
    """One line: what, the number, the bar."""
    return f"{bar.what:62}{number(bar.found) + bar.unit:>12}   bar {bar.verdict}"
