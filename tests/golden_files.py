"""Golden files: reviewed results, rewritten only with PHI_LS_UPDATE=1."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check_golden(name: str, found: str) -> None:
    """Compare `found` with the golden file, or write it when golden files are to be updated."""
    file = GOLDEN / name
    if os.environ.get("PHI_LS_UPDATE") == "1":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found, "utf-8", newline="\n")
    reviewed = file.read_text("utf-8") if file.exists() else ""
    changes = difflib.unified_diff(reviewed.splitlines(True), found.splitlines(True), "reviewed", "found")
    assert found == reviewed, f"{name} has changed; review it and update it with PHI_LS_UPDATE=1\n{''.join(changes)}"
