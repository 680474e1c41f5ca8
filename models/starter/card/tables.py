"""From results to the card's text: the verdict, the tables, and the page of first answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .runs import BOTH, LOOKUP

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BITS, LEAST_GAIN = 0.95, 3.0
"""The gate: bits per byte of unseen code, and points of exact match inside a line that the model adds to lookup."""
KINDS = {"inside": "inside a line", "line": "a line", "statement": "a statement", "block": "a block"}
NAMES = {"cpu": "ONNX int8 (`cpu`)", "gguf": "GGUF Q8_0 (`gguf`)"}


def verdict(results: dict[str, Any]) -> str:
    """Whether the model is worth showing unasked, and by which figures."""
    bits = max(results["bits"].values())
    parses = min(_side(report, BOTH)["as_shown"]["by_kind"]["all"]["parse_rate"] for report in _reports(results))
    gain = min(report["differences"]["as shown"]["inside"]["exact_match"]["mean"] for report in _reports(results)) * 100
    checks = [
        (bits <= MOST_BITS, f"{bits:.2f} bits per byte of code that is new to it (wanted: at most {MOST_BITS})"),
        (parses >= 1, f"{_percent(parses)} of what is shown parses (wanted: 100 %)"),
        (round(gain, 1) >= LEAST_GAIN, f"{gain:+.1f} points over lookup inside a line (wanted: {LEAST_GAIN:+})"),
    ]
    head = "**It is shown unasked.**" if all(met for met, _ in checks) else "**It is not shown unasked.**"
    lines = [f"* {'met' if met else 'missed'}: {text}" for met, text in checks]
    return "\n".join([f"{head} The gate for that has three figures:", "", *lines])


def figures(results: dict[str, Any]) -> str:
    """All tables."""
    parts: list[str] = []
    for backend, report in results["reports"].items():
        side = _side(report, BOTH)
        parts += [f"### {NAMES[backend]}: {report['holes']} holes in {side['files']} files", *_table(report)]
        parts += [_gain(report), _calibration(side["calibration"])]
    parts += ["### Bits per byte", _bits(results["bits"]), "### The two engines", *_agreement(results)]
    return "\n\n".join(parts)


def answers(results: dict[str, Any]) -> str:
    """The page of first answers, in their order."""
    lines = [
        "# The first answers of the starter model on held-out code",
        "",
        "Nothing is chosen: the first twenty holes of the measurement in the [card](README.md), and the first",
        "documented function of twenty files in a seeded order, without its docstring. Written by `make card`.",
        "",
        "## Completions",
        "",
        "`¦` is the cursor; *shown* is what an editor would show with `phi.inlineCompletion.unasked` set to `model`.",
    ]
    for number, one in enumerate(results["completions"], 1):
        lines += ["", f"{number}. `{one['path']}`, {KINDS[one['kind']]}", ""]
        before = one["before"].rpartition("\n")[2] or one["before"][-60:]
        shown = f"{_quoted(one['as shown'])} (by {one['by']})" if one["by"] else "nothing"
        lines += [f"   - code: {_quoted(before + '¦')}", f"   - there stood: {_quoted(one['truth'])}"]
        lines += [f"   - the model: {_quoted(one['model'])}", f"   - shown: {shown}"]
    lines += ["", "## Explanations"]
    for number, one in enumerate(results["explanations"], 1):
        said, truth = one["model"] or "nothing", " ".join(one["truth"].split())
        lines += ["", f"{number}. `{one['path']}`, `{one['name']}`", "", f"   - its author: {_quoted(truth)}"]
        lines += [f"   - the model: {_quoted(said)}"]
    return "\n".join(lines) + "\n"


def _reports(results: dict[str, Any]) -> list[dict[str, Any]]:
    return list(results["reports"].values())


def _side(report: dict[str, Any], name: str) -> dict[str, Any]:
    side: dict[str, Any] = report["sides"][name]
    return side


def _table(report: dict[str, Any]) -> Iterator[str]:
    """Exact match by kind, and what the rest comes to over all kinds."""
    lookup, both = _side(report, LOOKUP), _side(report, BOTH)
    baselines = both["baselines"]
    systems = {
        "empty": baselines["empty"],
        "the nearest line above that begins so": baselines["previous line"],
        "lookup in the file": baselines["lookup in the file"],
        "lookup in the file and its package": baselines["lookup"],
        "the starter model alone": both,
        "lookup, as an editor shows it": lookup["as_shown"],
        "**lookup and the starter, as an editor shows them**": both["as_shown"],
    }
    rows = ["| exact match, % (95 % interval) | " + " | ".join(KINDS.values()) + " |", "|---" * 5 + "|"]
    rows += [
        f"| {name} | " + " | ".join(_interval(table["by_kind"][kind]) for kind in KINDS) + " |"
        for name, table in systems.items()
    ]
    yield "\n".join(rows)
    rows = [
        "| all kinds | edit similarity | characters completed | offers something | of that parses |",
        "|---" * 5 + "|",
    ]
    for name, table in systems.items():
        row = table["by_kind"]["all"]
        cells = [f"{row['edit_similarity']:.3f}", *map(_percent, (row["completed_characters"], row["offered"]))]
        rows.append(f"| {name} | " + " | ".join([*cells, _percent(row["parse_rate"])]) + " |")
    yield "\n".join(rows)


def _gain(report: dict[str, Any]) -> str:
    inside, every = (report["differences"]["as shown"][kind]["exact_match"] for kind in ("inside", "all"))
    added = f"{_change(inside)} points inside a line, {_change(every)} over all kinds"
    unlikely = _side(report, BOTH)["baselines"]["lookup"]["by_kind"]["inside"]["exact_match"]
    return (
        f"What the model adds to lookup as it is shown, hole by hole: {added}. An editor shows no unlikely matches; "
        f"shown however unlikely, lookup alone comes to {_percent(unlikely)} inside a line."
    )


def _calibration(calibration: dict[str, Any]) -> str:
    quarters = ", ".join(
        f"from {q['confidence_from']:.2f} {_percent(q['exact_match'])}" for q in calibration["quarters"]
    )
    return f"Exact matches by the model's confidence, in quarters of its {calibration['answers']} answers: {quarters}."


def _bits(bits: dict[str, float]) -> str:
    values = ", ".join(f"{NAMES[backend]} {value:.3f}" for backend, value in bits.items())
    return (
        f"{values}: every sixteenth file of all ten packages, in windows of 1,280 tokens. The recipe's `measure`, "
        "which cuts licence comments and takes other files, gave 1.33 for the same weights before they were rounded."
    )


def _agreement(results: dict[str, Any]) -> Iterator[str]:
    rows = ["| greedy texts that are the same in both | holes | the same | exact match, points |", "|---" * 4 + "|"]
    rounding = results["rounding"] or {}
    named = {
        "as shipped: int8 and Q8_0": results["shipped"],
        "the same weights in float32": results["exact"],
        "ONNX as shipped, and itself with these weights in float32": rounding.get("cpu"),
        "GGUF as shipped, and itself with these weights in float32": rounding.get("gguf"),
    }
    for name, found in named.items():
        if found is not None:
            row = found["differences"]["model"]["all"]
            rows.append(f"| {name} | {row['n']} | {_percent(row['same_text'])} | {_change(row['exact_match'])} |")
    yield "\n".join(rows)


def _interval(row: dict[str, Any]) -> str:
    low, high = row["ci"]["exact_match"]
    return f"{row['exact_match'] * 100:.1f} ({low * 100:.1f} to {high * 100:.1f})"


def _change(value: dict[str, Any]) -> str:
    low, high = value["ci"]
    return f"{value['mean'] * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f} %"


def _quoted(text: str) -> str:
    """Text as code on one line; it may hold what Markdown uses for code itself."""
    shown = json.dumps(text, ensure_ascii=False)[1:-1].replace('\\"', '"')
    fence = "``" if "`" in shown else "`"
    return f"{fence} {shown} {fence}" if shown else "(nothing)"
