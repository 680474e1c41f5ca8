"""`--events`: a long job that tells a program how far it is, and that ends when the program does.

One JSON object per line on stdout: `{"event": "step", "text", "done", "total"}` while it works (`done` and `total` in
bytes, 0 where nobody knows them), and `{"event": "done", ...}` with the command's own result as the last one. A failure
is the line on stderr that it always is. The job is left when stdin ends.
"""

from __future__ import annotations

import _thread
import contextlib
import json
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import psutil

from phi_ls.catalog.places import gigabytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phi_ls.catalog import State

GRACE_SECONDS = 5.0
"""How long the job may take to leave; what it has written by then is kept."""


def tell_step(text: str, *, done: int = 0, total: int = 0) -> None:
    """Say what is done at this moment."""
    _tell({"event": "step", "text": text.strip(), "done": done, "total": total})


def tell_state(state: State) -> None:
    """Say how far a job with files is."""
    rate = f", {state.rate / 1e6:.1f} MB/s" if state.rate else ""
    left = f", {duration(state.left)} left" if state.left is not None else ""
    # Each byte counts twice: when it comes, and when it is verified.
    tell_step(f"{state.doing} {gigabytes(state.total // 2)}{rate}{left}", done=state.done, total=state.total)


def tell_done(result: Mapping[str, object]) -> None:
    """Say what the job came to."""
    _tell({"event": "done", **result})


def duration(seconds: float) -> str:
    """A time for people, such as "2 min 5 s"."""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def leave_when_stdin_ends() -> None:
    """Interrupt the command, as Ctrl-C does, when nobody holds the other end of stdin any more."""
    # An editor that a script has started in the background hands down that interrupts are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=_watch, daemon=True, name="the other end of stdin").start()


def _tell(event: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _watch() -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        # Only a signal to the main thread itself ends its waiting for a connection.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    _end_children()
    time.sleep(GRACE_SECONDS)
    os._exit(130)


def _end_children() -> None:
    """End what the job has started, such as pip and the compilers that it runs."""
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.terminate()
