"""The recipe's command line: one command for each step, and `all`.

Environment variables that engines of numbers read at their start are set before any of them is imported.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .yielding import give_way

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .model import Shape
    from .training import Plan

SEED = 1
TOKENIZER_CHARACTERS = 40_000_000
SMOKE_SHARE = 0.08
"""Of the standard library's files."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command. Returns the exit code; a step that cannot be done raises."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    options = _parser().parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    give_way(options.nice)
    for step in _STEPS if options.command == "all" else (options.command,):
        _STEPS[step](options)
    return 0


def corpus(options: argparse.Namespace) -> None:
    """Fetch, filter and write the texts, unless they are there."""
    from . import corpus as texts

    if (options.folder / "corpus" / "licences.json").exists():
        return
    if options.smoke:
        texts.build_small(options.folder / "corpus", share=SMOKE_SHARE)
    else:
        texts.build(options.folder / "corpus", options.folder / "wheels", report=_say)


def tokenizer(options: argparse.Namespace) -> None:
    """Train the tokenizer, unless it is there."""
    from . import tokenizer as tokens
    from .corpus import Corpus

    if (options.folder / "tokenizer" / "tokenizer_config.json").exists():
        return
    shape, found = _shape(options), Corpus(options.folder / "corpus")
    texts = tokens.sample([found.text(entry) for entry in found.part("train")], TOKENIZER_CHARACTERS, SEED)
    made = tokens.train(texts, shape.vocabulary)
    tokens.save(made, options.folder / "tokenizer", context_tokens=shape.context_tokens)


def train(options: argparse.Namespace) -> None:
    """Train, going on where the run's checkpoint is; with `--cool-down`, finish a copy of the run instead."""
    from . import cooling
    from .training import train as run

    plan = _plan(options)
    if options.cool_down:
        plan = cooling.prepare(options.folder / "run", options.folder / "cooled", plan, options.cool_down)
        run(options.folder, options.folder / "cooled", _shape(options), plan)
    else:
        run(options.folder, options.folder / "run", _shape(options), plan, steps=options.steps)


def export(options: argparse.Namespace) -> None:
    """Write the best checkpoint for both engines."""
    from .export import export as write

    write(options.folder, options.out or options.folder / "export")


def measure(options: argparse.Namespace) -> None:
    """Bits per byte of held-out text for the best checkpoint."""
    from .export import best_checkpoint
    from .measure import report

    checkpoint, averaged = best_checkpoint(options.folder)
    _say(report(options.folder, checkpoint, averaged=averaged))


_STEPS: dict[str, Callable[[argparse.Namespace], None]] = {
    "corpus": corpus,
    "tokenizer": tokenizer,
    "train": train,
    "export": export,
    "measure": measure,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.starter.recipe", description=__doc__)
    parser.add_argument("command", choices=(*_STEPS, "all"))
    parser.add_argument("--folder", type=Path, default=Path(".training"), help="where everything is kept (%(default)s)")
    parser.add_argument("--out", type=Path, help="where `export` writes (FOLDER/export)")
    parser.add_argument("--smoke", action="store_true", help="a tiny model from the standard library, in a minute")
    parser.add_argument("--steps", type=int, help="stop after so many more steps")
    parser.add_argument("--until", type=int, help="tokens to see in all")
    parser.add_argument("--cool-down", type=int, help="finish a copy of the run within so many tokens")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that make rows")
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--batch", type=int, help="rows in a step")
    parser.add_argument("--large", action="store_true", help="the size for a GPU: 49 M parameters")
    parser.add_argument("--no-compile", action="store_true", help="spare the minutes of compiling")
    parser.add_argument("--nice", type=int, default=0, help="give way to other work, 0 to 19")
    return parser


def _shape(options: argparse.Namespace) -> Shape:
    from .model import LARGE, SMALL, SMOKE

    return SMOKE if options.smoke else LARGE if options.large else SMALL


def _plan(options: argparse.Namespace) -> Plan:
    from .training import SMOKE_PLAN, Plan

    base = SMOKE_PLAN if options.smoke else Plan(compile=not options.no_compile)
    given = {"until": options.until, "batch": options.batch}
    changes = {name: value for name, value in given.items() if value is not None}
    workers = 0 if options.smoke else options.workers
    return dataclasses.replace(
        base, seed=SEED, threads=options.threads, workers=workers, device=options.device, **changes
    )


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
