"""A program in a terminal of tmux: keys go in, the screen comes out. Nothing waits without a bound."""

from __future__ import annotations

import itertools
import os
import shlex
import subprocess
import time
from typing import TYPE_CHECKING

from editors.toolbox import found

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERY_SECONDS = 0.03
_numbers = itertools.count(1)


class Terminal:
    """One program on a screen of its own; the tmux server ends with it.

    `patience` is how long a screen may take to show what it should, `patience_to_go` to clear what it should not, in
    seconds. Once `hopeless` is on the screen, nothing that is waited for can come any more.
    """

    hopeless = ""

    def __init__(self, command: list[str], *, folder: Path, environment: dict[str, str], patience: float) -> None:
        self.patience = self.patience_to_go = patience
        self._socket = f"phi-ls-{os.getpid()}-{next(_numbers)}"
        self._folder = folder
        self._ended = folder / ".exit-code"
        self._ended.unlink(missing_ok=True)
        line = f"{shlex.join(command)} 2>>.stderr; echo $? >.exit-code"
        settings = ["set", "-s", "escape-time", "0", ";", "set", "-g", "status", "off", ";"]
        made = self._tmux(
            "-f", "/dev/null", *settings, "new-session", "-d", "-x", "110", "-y", "36", line, environment=environment
        )
        assert made.returncode == 0, made.stderr
        self._tmux("set", "-s", "escape-time", "0", ";", "set", "-g", "status", "off")

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names: Enter, Tab, C-x, M-x."""
        self._tmux("send-keys", *names)

    def escape(self) -> None:
        """Press Escape, spelled so that no program, however late it reads, takes it for the start of another key."""
        self.type("\x1b[27u")

    def type(self, text: str) -> None:
        """Type text as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What a person sees, without the empty lines of an editor's page."""
        lines = self._tmux("capture-pane", "-p").stdout.splitlines()
        return "\n".join(line for line in lines if line.strip() not in ("", "~"))

    def resize(self, columns: int, rows: int) -> None:
        """Give the screen another size."""
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def coloured(self) -> list[str]:
        """The rows of the screen with their colours, as terminals are told them."""
        return self._tmux("capture-pane", "-p", "-e").stdout.splitlines()

    def cursor(self) -> tuple[int, int]:
        """The column and the row of the cursor, from 0."""
        column, row = self._tmux("display-message", "-p", "#{cursor_x} #{cursor_y}").stdout.split()
        return int(column), int(row)

    def wait(self, wanted: Callable[[], object], what: str, seconds: float | None = None) -> None:
        """Wait until `wanted` holds; the screen is part of the failure."""
        deadline = time.monotonic() + (seconds or self.patience)
        while not wanted():
            late = time.monotonic() > deadline
            if late or (self.hopeless and self.hopeless in self.screen()):
                when = f"not within {seconds or self.patience} s" if late else "hopeless"
                raise AssertionError(f"{what}: {when}; the screen:\n{self.screen()}")
            time.sleep(EVERY_SECONDS)

    def sees(self, text: str, seconds: float | None = None) -> None:
        """Wait until the screen shows `text`."""
        self.wait(lambda: text in self.screen(), f"wanted {text!r} on the screen", seconds)

    def sees_no(self, text: str) -> None:
        """Wait until the screen shows `text` nowhere."""
        self.wait(lambda: text not in self.screen(), f"wanted {text!r} off the screen", self.patience_to_go)

    @property
    def exit_code(self) -> int | None:
        """How the program ended; None while it runs."""
        text = self._ended.read_text() if self._ended.exists() else ""
        return int(text) if text.strip() else None

    def close(self) -> None:
        """End the program by force, if it still runs."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [found("tmux") or "tmux", "-u", "-L", self._socket, *arguments],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
            check=False,
        )
