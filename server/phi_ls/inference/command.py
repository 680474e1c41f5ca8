"""The command line that starts a worker with an interpreter, be it the server's own or a backend's."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path


def worker_command(python: str, *arguments: str) -> tuple[str, ...]:
    """The command line that starts a worker with an interpreter, "" for the server's own.

    Never `-m`: that would put the folder in which the editor runs before everything else.
    """
    # Found without importing it: the server must never load an engine's package.
    spec = find_spec("phi_ls")
    package = Path(spec.origin or "").parent if spec else Path()
    # Another environment is not to see what the user's variables put beside the server's packages.
    isolation = ("-I",) if python else ("-P",)
    return (python or sys.executable, *isolation, str(package / "worker" / "bootstrap.py"), *arguments)
