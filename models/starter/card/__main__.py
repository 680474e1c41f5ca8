"""`python -m models.starter.card [write|all]`: measure what is not measured yet, then write the card."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from . import tables
from .packages import lay_out
from .runs import Runs

STARTER = Path(__file__).parents[1]
RESULTS, CARD, ANSWERS = STARTER / "card" / "results.json", STARTER / "README.md", STARTER / "ANSWERS.md"

DETAILS = {"target", "by_language", "lookup_confidence", "ms", "tokens", "whole_parse_rate"}


def main() -> int:
    """`all` measures, keeps the results and the calibration, and writes; `write` only writes from kept results."""
    parser = argparse.ArgumentParser(prog="python -m models.starter.card", description=__doc__)
    parser.add_argument("job", choices=("all", "write"))
    parser.add_argument("--folder", type=Path, default=Path(".training/card"), help="raw results (%(default)s)")
    parser.add_argument("--wheels", type=Path, default=Path(".training/wheels"), help="held-out packages (%(default)s)")
    options = parser.parse_args()
    if options.job == "all":
        options.folder.mkdir(parents=True, exist_ok=True)
        lay_out(options.folder, options.wheels)
        runs = Runs(options.folder, STARTER)
        RESULTS.write_text(json.dumps(without_details(runs.all()), indent=1) + "\n", "utf-8")
        (STARTER / "calibration.json").write_text(runs.calibration(), "utf-8")
    results = json.loads(RESULTS.read_text("utf-8"))
    card = CARD.read_text("utf-8")
    for mark, text in (("verdict", tables.verdict(results)), ("figures", tables.figures(results))):
        card = between(card, mark, text)
    CARD.write_text(card, "utf-8")
    ANSWERS.write_text(tables.answers(results), "utf-8")
    return 0


def without_details(results: Any) -> Any:  # noqa: ANN401 - plain JSON
    """The results without what the card does not say."""
    if isinstance(results, list):
        return [without_details(item) for item in results]
    if not isinstance(results, dict):
        return results
    return {key: without_details(value) for key, value in results.items() if key not in DETAILS}


def between(text: str, mark: str, new: str) -> str:
    """The text with `new` between `<!-- mark -->` and `<!-- /mark -->`. Raises `ValueError` without them."""
    pattern = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=\n<!-- /{mark} -->)", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"wanted the marks <!-- {mark} --> and <!-- /{mark} --> in the card, found none")
    return pattern.sub(lambda _: f"\n{new}\n", text)


if __name__ == "__main__":
    sys.exit(main())
