"""`phi-ls replay`: type files through the server and print what that costs and saves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import settings_for
from phi_ls.cli.main import print_json
from phi_ls.evaluation.keys import Rhythm
from phi_ls.evaluation.replay import replay

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print one record for all files."""
    files = [Path(name) for name in options.files]
    settings = settings_for(options)
    layer = {"backend": settings.backend.value, "model": settings.model}
    record = asyncio.run(replay(files, layer, keys=options.keys, rhythm=Rhythm(options.rhythm))).record()
    if options.json:
        print_json(record)
    else:
        print(_text(record))
    return 0


def _text(record: dict[str, Any]) -> str:
    waits, prefilled = record["time_to_suggestion_ms"], record["prefilled_per_key"]
    rows = (
        ("files", ", ".join(record["files"])),
        ("keys", record["keys"]),
        ("time to suggestion", _spread(waits, "{p50} ms p50, {p90} p90, {p99} p99")),
        ("prefilled per key", _spread(prefilled, "{median} tokens median, {mean} mean, {p90} p90")),
        ("answered without the model", _percent(record["without_model"])),
        ("overtaken by the next key", _percent(record["overtaken"])),
        (
            "suggestions",
            ", ".join(f"{n} from the {name}" for name, n in record["suggestions_by_source"].items()) or "0",
        ),
        ("keys saved", _percent(record["keys_saved"])),
        ("characters completed", _percent(record["characters_completed"])),
        ("shown but wrong", _percent(record["shown_wrong"])),
        ("generated tokens wasted", _percent(record["wasted_tokens"])),
    )
    return "\n".join(f"{name:30}{value}" for name, value in rows)


def _spread(figures: dict[str, float | None], words: str) -> str:
    return "-" if None in figures.values() else words.format(**figures)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
