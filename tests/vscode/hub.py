"""A model hub on the loopback interface with the starter under another name, and the catalogue row for it.

    python hub.py HOME

Writes the row below HOME, prints one JSON line with the hub's address, and serves until its standard input ends. A line
`hurry` lifts the limit on its speed; each line is answered with the number of requests that came so far.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from catalog.hub_server import folder_files, hub
from catalog.rows import FOLDER, STARTER, write_row

SLOW = 600_000
"""Bytes per second: a progress can be read and cancelled."""


def main() -> None:
    """Serve until standard input ends."""
    with hub(folder_files(STARTER, FOLDER)) as state:
        state.bytes_per_second = SLOW
        write_row(Path(sys.argv[1]), state)
        _tell(json.dumps({"url": state.url}))
        for line in sys.stdin:
            if line.strip() == "hurry":
                state.bytes_per_second = 0
            _tell(str(len(state.requests)))


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
