"""How a long training gives way to other work of the same machine."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

AUTOGROUP = Path("/proc/self/autogroup")


def give_way(level: int, autogroup: Path = AUTOGROUP) -> None:
    """Lower this process's priority to nice `level`, 0 to 19; never raise it. Nothing happens where there is no `nice`.

    Linux with `sched_autogroup` weighs sessions against each other before it looks at processes, so there a process
    with a session of its own lowers that, too; sched(7). Where the system refuses (a container; more than ten times a
    second), the process's own priority is lowered all the same.
    """
    if not hasattr(os, "nice"):
        return
    level = os.nice(max(0, level - os.nice(0)))
    if level > 0 and os.getsid(0) == os.getpid() and autogroup.exists():
        with contextlib.suppress(OSError):
            autogroup.write_text(str(level), encoding="ascii")
