"""From records to the figures of a report: means with intervals by kind and language, and differences of two sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from phi_ls.evaluation.eval.baselines import NAMES
from phi_ls.evaluation.eval.filling import MODEL, SHOWN
from phi_ls.evaluation.eval.statistics import Value, estimate, percentile
from phi_ls.features.lookup.confidence import AGREEMENT, KEY, agreement_class, key_class

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from phi_ls.evaluation.eval.records import Record
    from phi_ls.evaluation.eval.statistics import Estimate

Measure: TypeAlias = "Callable[[Record], tuple[float, float]]"
"""A record's number and its weight in the mean."""

MEASURES: dict[str, Measure] = {
    "exact_match": lambda record: (record.exact, 1),
    "edit_similarity": lambda record: (record.similarity, 1),
    "completed_characters": lambda record: (record.completed, record.truth_characters),
    "offered": lambda record: (bool(record.text), 1),
    "parse_rate": lambda record: (bool(record.parses), record.parses is not None),
    "whole_parse_rate": lambda record: (record.whole, 1),
    "pass_at_1": lambda record: (record.passed, bool(record.outcome)),
}
DIFFERENCES = ("exact_match", "edit_similarity", "completed_characters", "pass_at_1")
ALL = "all"


def figures(records: Sequence[Record], *, seed: int) -> dict[str, Any]:
    """The figures of one side. Those of the model stand at the top; without a model, what is shown."""
    systems = {name: [r for r in records if r.system == name] for name in (MODEL, SHOWN, *NAMES)}
    main = systems[MODEL] or systems[SHOWN]
    result = {
        "holes": len(main),
        "files": len({record.path for record in main}),
        **_tables(main, seed),
        "as_shown": {**_tables(systems[SHOWN], seed), "sources": _sources(systems[SHOWN])},
        "baselines": {name: _tables(systems[name], seed) for name in NAMES if systems[name]},
        "ms": {"model": _times(systems[MODEL]), "as_shown": _times(systems[SHOWN])},
        "tokens": _tokens(systems[MODEL]),
    }
    if systems["lookup"]:
        result["lookup_confidence"] = _lookup_confidence(systems["lookup"])
    if any(record.outcome for record in main):
        result["problems"] = [{"task_id": r.hole, "system": r.system, "outcome": r.outcome} for r in records]
    return result


def differences(ours: Sequence[Record], theirs: Sequence[Record], *, seed: int) -> dict[str, Any]:
    """For each system and kind: the second side less the first, and how often both say the same."""
    by_hole = {(record.system, record.hole): record for record in ours}
    pairs = [(by_hole[key], record) for record in theirs if (key := (record.system, record.hole)) in by_hole]
    result: dict[str, Any] = {}
    for system in (MODEL, SHOWN):
        mine = [(a, b) for a, b in pairs if a.system == system]
        kinds = [*dict.fromkeys(a.kind for a, _ in mine), ALL]
        if mine:
            result[system] = {
                kind: _difference([(a, b) for a, b in mine if kind in (a.kind, ALL)], seed) for kind in kinds
            }
    return result


def row(records: Sequence[Record], *, seed: int) -> dict[str, Any]:
    """The figures of some records of one system."""
    found: dict[str, Any] = {"n": len(records)}
    intervals = {}
    for name, measure in MEASURES.items():
        result = _estimate(records, measure, seed)
        if result is not None:
            found[name] = round(result.mean, 4)
            intervals[name] = [round(result.low, 4), round(result.high, 4)]
        elif name == "parse_rate":
            found[name] = None
    return {**found, "ci": intervals, "ms": _times(records)}


def _tables(records: Sequence[Record], seed: int) -> dict[str, Any]:
    def split(by: Callable[[Record], str]) -> dict[str, Any]:
        keys = dict.fromkeys(map(by, records))
        return {key: row([record for record in records if by(record) == key], seed=seed) for key in keys}

    return {
        "by_kind": {**split(lambda record: record.kind), ALL: row(records, seed=seed)},
        "by_language": split(lambda record: record.language),
    }


def _estimate(records: Iterable[Record], measure: Measure, seed: int) -> Estimate | None:
    values = [Value(record.path, *map(float, measure(record))) for record in records]
    return estimate(values, seed=seed)


def _difference(pairs: list[tuple[Record, Record]], seed: int) -> dict[str, Any]:
    found: dict[str, Any] = {"n": len(pairs)}
    for name in DIFFERENCES:
        measure = MEASURES[name]
        values = [Value(a.path, float(measure(b)[0]) - float(measure(a)[0]), float(measure(a)[1])) for a, b in pairs]
        result = estimate(values, seed=seed)
        if result is not None:
            found[name] = {"mean": round(result.mean, 4), "ci": [round(result.low, 4), round(result.high, 4)]}
    found["same_text"] = round(sum(a.text == b.text for a, b in pairs) / len(pairs), 4)
    times = [(a.ms, b.ms) for a, b in pairs]
    found["ms"] = {"p50": [_rounded(percentile([pair[side] for pair in times], 0.5)) for side in (0, 1)]}
    return found


def _sources(records: Sequence[Record]) -> dict[str, int]:
    names = [record.came_from if record.text else "none" for record in records]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def _times(records: Sequence[Record]) -> dict[str, float | None]:
    times = [record.ms for record in records]
    return {name: _rounded(percentile(times, share)) for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99))}


def _tokens(records: Sequence[Record]) -> dict[str, float | None]:
    asked = [record for record in records if record.prompt_tokens]
    if not asked:
        return {"prompt": None, "new": None}
    return {
        "prompt": round(sum(record.prompt_tokens for record in asked) / len(asked), 1),
        "new": round(sum(record.new_tokens for record in asked) / len(asked), 1),
    }


def _lookup_confidence(records: Sequence[Record]) -> list[dict[str, Any]]:
    """How often lookups were right by place, key length and agreement: the measurement behind `features/lookup`."""
    found: dict[tuple[bool, int, int], list[bool]] = {}
    for record in records:
        if record.key_characters:
            inside = bool(record.before.rpartition("\n")[2].strip())
            key = inside, key_class(record.key_characters), agreement_class(record.agreement)
            found.setdefault(key, []).append(record.exact)
    return [
        {
            "inside_a_line": inside,
            "key_characters_from": KEY[row],
            "agreement_from": AGREEMENT[column],
            "n": len(hits),
            "exact_match": round(sum(hits) / len(hits), 4),
        }
        for (inside, row, column), hits in sorted(found.items())
    ]


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
