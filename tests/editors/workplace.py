"""A folder in which an editor works: its own home, a project, the `phi-ls` on its PATH, and what that writes down."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from e2e.raw_client import journal

if TYPE_CHECKING:
    from collections.abc import Callable

PYTHON = os.environ.get("PHI_LS_E2E_PYTHON") or sys.executable
SERVER = Path(__file__).parent / "sabotaged.py"
BESIDE = Path(__file__).parent / "beside.py"
_KEPT = ("PATH", "LANG", "TZ", "TMPDIR")

PATIENCE_SECONDS = 30.0
"""How long an editor may take for what takes a moment; far more than on a busy machine."""
START_SECONDS = 60.0
"""How long a program may take to start."""
LEAVING_SECONDS = 30.0
"""How long a program may take to leave; one that waits for a stalled model never does."""
FAILING_SECONDS = 3.0
"""How long to wait for what is expected not to come."""

Event = dict[str, Any]


class Workplace:
    """`settings` are those of the user's own file, below what the editor says; `script` is the scripted engine's.

    With `beside`, the editor is to have another server too, `another-ls`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        settings: dict[str, Any],
        script: dict[str, Any],
        sabotage: bool = False,
        beside: bool = False,
    ) -> None:
        self.folder = folder
        self.beside = beside
        self.project = folder / "project"
        self.home = folder / "home"
        self.journal_file = folder / "journal.jsonl"
        self._started = folder / "servers"
        self._switch = folder / "sabotage"
        self._switch.touch()
        self.screen: Callable[[], str] = str
        """What the editor shows, for failures."""
        self.patience = PATIENCE_SECONDS
        for made in (self.project, self.home, folder / "bin", folder / "phi" / "config"):
            made.mkdir(parents=True)
        (self.project / "pyproject.toml").write_text("")
        (folder / "phi" / "config" / "settings.json").write_text(json.dumps(settings))
        (folder / "script.json").write_text(json.dumps(script))
        program = f'-P "{SERVER}"' if sabotage else "-m phi_ls"
        count = '[ "$1" != serve ] || echo $$ >>"$PHI_LS_TEST_SERVERS"'
        self._command("phi-ls", f'{count}\nexec "{PYTHON}" {program} "$@"')
        self._command("another-ls", f'exec "{PYTHON}" -P "{BESIDE}"')
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment = {
            **kept,
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.home),
            "SHELL": "/bin/sh",
            "TERM": "screen-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            **{f"XDG_{name}_HOME": str(self.home / name.lower()) for name in ("CONFIG", "CACHE", "DATA", "STATE")},
            "PHI_LS_HOME": str(folder / "phi"),
            "PHI_LS_JOURNAL": str(self.journal_file),
            "PHI_LS_JOURNAL_TEXT": "1",
            "PHI_LS_SCRIPT": str(folder / "script.json"),
            "PHI_LS_TEST_SERVERS": str(self._started),
            "PHI_LS_SABOTAGE": str(self._switch),
        }

    def _command(self, name: str, script: str) -> None:
        command = self.folder / "bin" / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    def file(self, name: str, text: str) -> Path:
        """A file of the project, byte for byte; what the file must become is compared the same way."""
        path = self.project / name
        path.write_bytes(text.encode())
        return path

    def sabotage(self, kind: str) -> None:
        """Have the server answer wrongly from this moment on, as sabotaged.py says; "" for rightly."""
        self._switch.write_text(kind)

    def events(self, event: str, **fields: object) -> list[Event]:
        """The events of the journal that have these fields."""
        return [
            found
            for found in journal(self.journal_file)
            if found["event"] == event and all(found.get(name) == value for name, value in fields.items())
        ]

    def event(
        self,
        event: str,
        wanted: Callable[[Event], bool] = lambda _event: True,
        *,
        seconds: float | None = None,
        **fields: object,
    ) -> Event:
        """Wait for the first event that is wanted."""
        deadline = time.monotonic() + (seconds or self.patience)
        while time.monotonic() < deadline:
            for found in self.events(event, **fields):
                if wanted(found):
                    return found
            time.sleep(0.03)
        last = journal(self.journal_file)[-4:]
        raise AssertionError(f"no {event} {fields} in the journal, which ends {last}; the screen:\n{self.screen()}")

    @property
    def servers(self) -> list[int]:
        """The process ids of the servers that were started, oldest first."""
        return [int(line) for line in self._started.read_text().split()] if self._started.exists() else []

    def workers(self) -> list[int]:
        """The process ids of the workers that were loaded, oldest first."""
        return [found["pid"] for found in self.events("worker", state="loaded")]

    def left_behind(self, seconds: float) -> list[psutil.Process]:
        """The servers and workers that still run after that time."""
        running = [psutil.Process(pid) for pid in {*self.servers, *self.workers()} if psutil.pid_exists(pid)]
        return psutil.wait_procs(running, timeout=seconds)[1]


def is_running(process: psutil.Process) -> bool:
    """Whether a process runs, and does not only wait for its editor to take note of its end."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
