"""The pictures of the report. No display is needed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt

from bench.report import KEYSTROKES, SUGGESTIONS, TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SIZE = (9, 4)
_LEAST_MS = 0.5
_COLOURS = {"right": "tab:green", "wrong": "tab:orange"}


def draw(results: Mapping[str, Any], folder: Path) -> None:
    """Write the pictures for which there are results."""
    if results.get("typing"):
        _keystrokes(results["typing"][0], folder / KEYSTROKES)
        _tokens(results["typing"], folder / TOKENS)
    if results.get("peers"):
        _suggestions(results["peers"]["systems"], folder / SUGGESTIONS)


def _keystrokes(run: Mapping[str, Any], file: Path) -> None:
    figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
    for outcome, colour in _COLOURS.items():
        at = [(n, step["wait_ms"]) for n, step in enumerate(run["steps"]) if step["outcome"] == outcome]
        label = "what the file holds next" if outcome == "right" else "something else"
        axes.scatter([n for n, _ in at], [max(ms, _LEAST_MS) for _, ms in at], s=12, color=colour, label=label)
    axes.set_yscale("log")
    axes.set_xlabel("keystroke")
    axes.set_ylabel("ms until a suggestion is shown")
    axes.set_title(f"Time per keystroke: {run['name']}")
    axes.legend(loc="best", fontsize="small")
    _save(figure, file)


def _tokens(runs: Sequence[Mapping[str, Any]], file: Path) -> None:
    figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
    for run in runs:
        axes.plot(list(accumulate(step["prefilled"] for step in run["steps"])), label=run["name"])
    whole = list(accumulate(step["prompted"] for step in runs[0]["steps"]))
    axes.plot(whole, color="grey", linestyle="--", label=f"{runs[0]['name']}, every prompt read anew")
    axes.set_yscale("symlog", linthresh=100)
    axes.set_xlabel("keystroke")
    axes.set_ylabel("prompt tokens computed")
    axes.set_title("Tokens prefilled, without each file's first prompt")
    axes.legend(loc="best", fontsize="small")
    _save(figure, file)


def _suggestions(systems: Mapping[str, Any], file: Path) -> None:
    figure, axes = plt.subplots(figsize=_SIZE, layout="constrained")
    for name, system in systems.items():
        times = sorted(max(ms, _LEAST_MS) for ms in system["ms"] if ms is not None)
        shares = [(n + 1) / len(times) for n in range(len(times))]
        axes.step(times, shares, where="post", label=f"{name} ({len(times)})")
    axes.set_xscale("log")
    axes.set_xlabel("ms until a suggestion is shown")
    axes.set_ylabel("share of the suggestions")
    axes.set_title("Time to a suggestion, the same model and keystrokes")
    axes.legend(loc="best", fontsize="small")
    _save(figure, file)


def _save(figure: Any, file: Path) -> None:  # noqa: ANN401 - matplotlib's own type is not needed here
    figure.savefig(file, dpi=110, metadata={"Software": None})
    plt.close(figure)
