"""The report of `phi-ls doctor`: the machine, every candidate with its reason, and the choice."""

from __future__ import annotations

import dataclasses
import textwrap
from typing import TYPE_CHECKING, Any

from phi_ls import __version__
from phi_ls.features.advice import advice
from phi_ls.inference.installed import backends_dir
from phi_ls.inference.select import Candidate, choose
from phi_ls.paths import cache_dir, config_file, log_file, models_dir

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant

WIDTH = 110
INDENT = " " * 12
_PLACES = {
    "models": "models_folder",
    "backends": "backends_folder",
    "cache": "cache_folder",
    "settings": "settings_file",
    "log": "log",
}
"""Everything that phi-ls writes, and the settings that it reads."""


def examine(assistant: Assistant) -> dict[str, Any]:
    """The facts under their stable names. What is running is said as it is; nothing is started."""
    report, candidates = assistant.examine()
    chosen = next((c for c in choose(candidates) if c.state == "chosen"), None)
    return {
        "version": __version__,
        "hardware": {**dataclasses.asdict(report), "gpus": [dataclasses.asdict(gpu) for gpu in report.gpus]},
        "candidates": [_candidate(c) for c in choose(candidates)],
        "chosen": chosen.backend if chosen else "",
        "model": chosen.model if chosen else "",
        "withheld": assistant.withheld_of(chosen),
        "advice": list(advice(assistant, report, choose(candidates))),
        "models_folder": str(models_dir()),
        "backends_folder": str(backends_dir()),
        "cache_folder": str(cache_dir()),
        "settings_file": str(config_file()),
        "log": str(log_file()),
    }


def as_text(facts: dict[str, Any]) -> str:
    """The report for people: facts, candidates with their reasons, the choice, and what could be pulled."""
    lines = [f"phi-ls {facts['version']}", "", *_machine(facts["hardware"])]
    lines += [f"{name:<11} {facts[key]}" for name, key in _PLACES.items()] + [""]
    shown, absent = _told_apart(facts["candidates"])
    lines += _table(shown)
    if absent:
        lines += ["", *_wrapped("not here", ", ".join(absent))]
    lines += ["", f"chosen      {facts['chosen']}, {facts['model']}" if facts["chosen"] else "chosen      none"]
    if facts["withheld"]:
        lines += _wrapped("unasked", facts["withheld"])
    for number, advised in enumerate(facts["advice"]):
        lines += ["", *_wrapped("next", advised)] if number == 0 else _wrapped("", advised)
    return "\n".join(lines) + "\n"


def _table(candidates: list[dict[str, Any]]) -> list[str]:
    """State, backend, model and build in columns, and behind or below them the reason."""
    builds: dict[tuple[str, str, str, str], list[str]] = {}
    for c in candidates:
        builds.setdefault((c["state"], c["backend"], c["model"], c["reason"]), []).append(c["build"])
    widths = [max((len(row[i]) for row in builds), default=0) for i in range(3)]
    lines = []
    for row, names in builds.items():
        cells = [cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)]
        lines += ["  ".join([*cells, ", ".join(filter(None, names))]).rstrip(), *_wrapped("", row[3])]
    return lines


def _wrapped(name: str, text: str) -> list[str]:
    first = f"{name:<{len(INDENT)}}"
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=INDENT, break_on_hyphens=False, break_long_words=False
    )


def _machine(machine: dict[str, Any]) -> list[str]:
    known = machine["known_by"]
    battery = {True: ", on battery", False: "", None: ""}[machine["on_battery"]]
    limit = machine["container_limit_mib"]
    graphics = [_graphics(gpu) for gpu in machine["gpus"]] or ["none found"]
    faults = [f"{name}: {fault}" for name, fault in machine["faults"].items()]
    rows = [
        ("machine", f"{machine['system']} {machine['architecture']}{' in WSL' if machine['wsl'] else ''}{battery}", ""),
        ("processor", f"{machine['processor'] or 'unknown'}{_listed(machine['features'])}", known.get("features", "")),
        (
            "cores",
            f"{machine['physical_cores']} physical, {machine['logical_cores']} usable",
            known.get("usable cores", ""),
        ),
        (
            "memory",
            f"{machine['memory_mib']} MiB, {machine['available_mib']} MiB available"
            + (f", {limit} MiB is the container's limit" if limit is not None else ""),
            known.get("available", ""),
        ),
        *(("graphics", line, known.get("nvidia" if "CUDA" in line else "graphics", "")) for line in graphics),
        *(("fault", fault, "") for fault in faults),
    ]
    return [f"{name:<11} {value}{f'  [{how}]' if how else ''}" for name, value, how in rows]


def _graphics(gpu: dict[str, Any]) -> str:
    memory = f"{gpu['memory_mib']} MiB"
    if gpu["free_mib"] is not None:
        memory += f", {gpu['free_mib']} free"
    if gpu["shared_mib"]:
        memory += f", {gpu['shared_mib']} shared"
    capability = f", CUDA capability {gpu['capability']}" if gpu["capability"] else ""
    driver = f", driver {gpu['driver']}" if gpu["driver"] else ""
    return f"{gpu['name']} ({memory}{capability}{driver})"


def _listed(features: list[str]) -> str:
    return f" ({', '.join(features)})" if features else ""


def _told_apart(candidates: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """Those that a person wants to read about, and the models that are absent, by name.

    Of absent models, the builds of the first one are shown, since they say which backends would run.
    """
    absent = [c for c in candidates if not c["here"]]
    first = absent[0]["model"] if absent else ""
    shown = [c for c in candidates if c["here"] or c["model"] == first]
    return shown, list(dict.fromkeys(c["model"] for c in absent))


def _candidate(candidate: Candidate) -> dict[str, Any]:
    local = candidate.local
    return {
        "backend": candidate.backend,
        "engine": candidate.engine,
        "model": candidate.model,
        "build": local.build.id if local else "",
        "precision": local.build.precision if local else "",
        "here": local is None or not local.missing,
        "state": candidate.state,
        "reason": candidate.reason,
        "fit": dataclasses.asdict(candidate.fit) if candidate.fit else None,
        "measured": dataclasses.asdict(candidate.measured) if candidate.measured else None,
    }
