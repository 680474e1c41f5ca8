"""The report for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phi_ls.evaluation.eval.summary import ALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAMES = {"inside": "inside a line", "line": "a line", "statement": "a statement", "block": "a block", ALL: "all"}
_HEAD = f"{'exact match':>24}{'similarity':>12}{'completed':>11}{'offered':>9}{'parses':>8}{'ms p50':>9}"


def as_text(document: Mapping[str, Any]) -> str:
    """The report of one side, or of two and their differences."""
    if "sides" not in document:
        return "\n".join(_one(document))
    lines: list[str] = []
    for name, side in document["sides"].items():
        lines += [f"== {name} ==", *_one(side), ""]
    return "\n".join([*lines, *_differences(document)])


def _one(side: Mapping[str, Any]) -> Iterator[str]:
    who = f"{side['model']} on {side['backend']} ({side['engine']})" if side["model"] else "no model"
    yield f"{side['holes']} holes in {side['files']} file{'' if side['files'] == 1 else 's'}; {who}"
    if side["tokens"]["prompt"]:
        yield f"{side['tokens']['prompt']:.0f} prompt tokens and {side['tokens']['new']:.0f} new ones for a hole"
    sources = ", ".join(f"{count} {name}" for name, count in side["as_shown"]["sources"].items())
    yield f"as shown: {sources}"
    systems: dict[str, Mapping[str, Any]] = {"model": side} if side["model"] else {}
    systems |= {"as shown": side["as_shown"], **side["baselines"]}
    for kind, head in side["by_kind"].items():
        yield ""
        yield f"{_NAMES.get(kind, kind) + ', ' + str(head['n']):26}{_HEAD}{'  pass@1' if 'pass_at_1' in head else ''}"
        for name, tables in systems.items():
            yield _line(name, tables["by_kind"][kind])
    if len(side["by_language"]) > 1:
        yield from _languages(side)
    yield from _calibration(side["calibration"])


def _languages(side: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{'by language':26}{_HEAD}"
    for name, row in side["by_language"].items():
        yield _line(f"{name}, {row['n']}", row)


def _line(name: str, row: Mapping[str, Any]) -> str:
    low, high = row["ci"]["exact_match"]
    exact = f"{_percent(row['exact_match'])} ({_percent(low)} -{_percent(high)})"
    tested = f"{_percent(row['pass_at_1']):>8}" if "pass_at_1" in row else ""
    return (
        f"  {name:24}{exact:>24}{row['edit_similarity']:>12.3f}{_percent(row['completed_characters']):>11}"
        f"{_percent(row['offered']):>9}{_percent(row['parse_rate']):>8}{row['ms']['p50']:>9.1f}{tested}"
    )


def _calibration(calibration: Mapping[str, Any] | None) -> Iterator[str]:
    if calibration is None:
        return
    yield ""
    yield "exact match by the model's confidence, in quarters of its answers:"
    yield "  " + ", ".join(
        f"from {q['confidence_from']:.2f} {_percent(q['exact_match'])}" for q in calibration["quarters"]
    )
    threshold = calibration["threshold"]
    suggested = "show none of them unasked" if threshold >= 1 else f"show from {threshold:.2f} on"
    floor = f", where no token is below {calibration['floor']:.2f}" if calibration["floor"] else ""
    yield f"  threshold: {suggested}{floor}"


def _differences(document: Mapping[str, Any]) -> Iterator[str]:
    first, second = document["sides"]
    for system, kinds in document["differences"].items():
        yield f"{second} less {first}, {system}"
        yield f"  {'':18}{'n':>5}{'exact match, points':>28}{'similarity':>26}{'same text':>11}{'ms p50':>18}"
        for kind, row in kinds.items():
            before, after = row["ms"]["p50"]
            yield (
                f"  {_NAMES.get(kind, kind):18}{row['n']:>5}{_change(row['exact_match'], 100):>28}"
                f"{_change(row['edit_similarity'], 1):>26}{_percent(row['same_text']):>11}{f'{before} to {after}':>18}"
            )
            if "pass_at_1" in row:
                yield f"  {'':18}{'':>5}{_change(row['pass_at_1'], 100) + ' pass@1':>35}"


def _change(value: Mapping[str, Any], factor: float) -> str:
    low, high = value["ci"]
    digits = 1 if factor > 1 else 3
    return f"{value['mean'] * factor:+.{digits}f} ({low * factor:+.{digits}f} to {high * factor:+.{digits}f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:5.1f} %"
