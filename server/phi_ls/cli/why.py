"""`phi-ls why`: what became of the last requests, from the journal of a server."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.cli.main import print_json
from phi_ls.errors import UsageError
from phi_ls.features.why import SHOWN, report

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print the last requests, newest first."""
    name = options.journal or os.environ.get("PHI_LS_JOURNAL")
    if not name:
        raise UsageError(
            "wanted a journal, found none: start the editor with PHI_LS_JOURNAL=FILE and name it here; "
            "in an editor the command phi.server.why needs none"
        )
    completions = _completions(Path(name))
    if options.json:
        print_json(completions[-SHOWN:])
    else:
        # A journal of before the last start of the machine is on another clock.
        now = max([time.monotonic(), *(event["t"] for event in completions)])
        print(report(completions, now) or "no completion was asked for yet\n", end="")
    return 0


def _completions(file: Path) -> list[dict[str, Any]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise UsageError(f"wanted a journal, found {str(file)!r}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"wanted a journal, found other bytes in {str(file)!r} at byte {error.start}") from error
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue  # the last line may be half written
        if isinstance(event, dict) and "t" in event and "event" in event:
            events.append(event)
    if lines and not events:
        raise UsageError(f"wanted a journal, found no event of one in {str(file)!r}")
    return [event for event in events if event["event"] == "completion"]
