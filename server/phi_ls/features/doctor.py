"""The report of `phi-ls doctor`: the machine, every candidate with its reason, and the choice."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from phi_ls import __version__
from phi_ls.inference.select import Candidate, choose
from phi_ls.paths import log_file, models_dir

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant


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
        "models_folder": str(models_dir()),
        "log": str(log_file()),
    }


def as_text(facts: dict[str, Any]) -> str:
    """The report for people."""
    machine = facts["hardware"]
    lines = [
        f"phi-ls {facts['version']}",
        "",
        f"machine     {machine['system']} {machine['architecture']}, {machine['processor'] or 'processor unknown'}",
        f"cores       {machine['physical_cores']} physical, {machine['logical_cores']} usable",
        f"memory      {machine['memory_mib']} MiB, {machine['available_mib']} MiB available",
        f"graphics    {', '.join(gpu['name'] for gpu in machine['gpus']) or 'none found'}",
        f"models      {facts['models_folder']}",
        f"log         {facts['log']}",
        "",
    ]
    rows = [(c["state"], c["backend"], c["model"], c["precision"], c["reason"]) for c in facts["candidates"]]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True))
        lines.append(f"{cells}  {row[4]}")
    lines += ["", f"chosen      {facts['chosen']}, {facts['model']}" if facts["chosen"] else "chosen      none"]
    return "\n".join(lines) + "\n"


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "backend": candidate.backend,
        "engine": candidate.engine,
        "model": candidate.model,
        "precision": candidate.local.build.precision if candidate.local else "",
        "state": candidate.state,
        "reason": candidate.reason,
        "fit": dataclasses.asdict(candidate.fit) if candidate.fit else None,
        "measured": None,
    }
