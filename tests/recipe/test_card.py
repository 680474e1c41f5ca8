"""The model card: its figures are those of the kept results, and the row of the catalogue says the same."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from models.starter.card import tables
from models.starter.card.__main__ import ANSWERS, CARD, RESULTS, STARTER, between

from phi_ls.catalog.manifest import read_family

KEPT: dict[str, Any] = json.loads(RESULTS.read_text("utf-8"))


def test_the_card_has_the_figures_of_the_kept_results() -> None:
    card = CARD.read_text("utf-8")
    expected = between(between(card, "verdict", tables.verdict(KEPT)), "figures", tables.figures(KEPT))
    assert card == expected, "run: python -m models.starter.card write"
    assert ANSWERS.read_text("utf-8") == tables.answers(KEPT)


def test_a_model_below_the_gate_is_withheld_in_the_catalogue() -> None:
    (model,) = read_family(STARTER / "model.toml")
    assert bool(model.withheld) == tables.verdict(KEPT).startswith("**It is not shown unasked.**")


def test_a_model_above_the_gate_is_shown() -> None:
    better = copy.deepcopy(KEPT)
    better["bits"] = {"cpu": 0.95, "gguf": 0.9}
    for report in better["reports"].values():
        report["differences"]["as shown"]["inside"]["exact_match"]["mean"] = 0.031
    assert tables.verdict(better).splitlines() == [
        "**It is shown unasked.** The gate for that has three figures:",
        "",
        "* met: 0.95 bits per byte of code that is new to it (wanted: at most 0.95)",
        "* met: 100.0 % of what is shown parses (wanted: 100 %)",
        "* met: +3.1 points over lookup inside a line (wanted: +3.0)",
    ]


def test_the_first_answers_are_all_there() -> None:
    assert (len(KEPT["completions"]), len(KEPT["explanations"])) == (20, 20)


def test_what_stands_around_the_marks_is_kept() -> None:
    assert between("a\n<!-- x -->\nold\n<!-- /x -->\nb", "x", "new") == "a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb"
    with pytest.raises(ValueError, match="wanted the marks <!-- y --> and <!-- /y -->"):
        between("a", "y", "new")
