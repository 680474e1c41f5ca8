"""The editors that scripts/setup-editors.sh has brought, and those of the system."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

TOOLBOX = Path(os.environ.get("PHI_LS_EDITORS") or Path(__file__).parents[2] / ".toolbox" / "editors")


def found(program: str) -> str | None:
    """The toolbox's program, or the system's."""
    own = TOOLBOX / "run" / program
    return str(own) if own.exists() else shutil.which(program)


def version(of: tuple[str, ...]) -> str:
    """The versions of these lines of the toolbox's list."""
    recorded = TOOLBOX / "versions"
    if not recorded.exists():
        return "the system's"
    pairs = dict(line.split(" ", 1) for line in recorded.read_text().splitlines() if " " in line)
    return " + ".join(pairs.get(name, "?") for name in of)
