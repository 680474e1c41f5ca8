"""The child of `sandbox`: gives up its rights, then runs the program that it reads from stdin.

Guards, each where the system has it: a network namespace without interfaces, Landlock (writes below the working folder
only, no program started), limits of time, memory and file size, and everywhere an audit hook that refuses sockets,
processes, foreign code and writes elsewhere. The first attempt ends the run, even when the program would have caught
the error. Imports the standard library only: it runs alone, by its path.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "ctypes.",
    "pty.",
    "winreg.",
    "webbrowser.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.kill",
    "signal.pthread_kill",
    "sys.remote_exec",
    "mmap.__new__",
)
"""Beginnings of the names of audit events."""
_ONE_PATH = "remove mkdir rmdir truncate chmod chown utime setxattr removexattr mkfifo mknod"
WRITING = {
    **dict.fromkeys((f"os.{name}" for name in _ONE_PATH.split()), 1),
    **dict.fromkeys(("os.rename", "os.link", "os.symlink"), 2),
    "shutil.rmtree": 1,
    **dict.fromkeys(("shutil.move", "shutil.copyfile", "shutil.copytree"), 2),
}
"""Audit events that change the file system, and how many of their first arguments are paths."""
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Reporter:
    """Tells the parent, over a pipe that the program does not know by name."""

    def __init__(self, nonce: str) -> None:
        self._nonce = nonce
        self._pipe = os.dup(1)
        null = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)

    def say(self, **message: object) -> None:
        """Send one message."""
        os.write(self._pipe, json.dumps({**message, "nonce": self._nonce}).encode() + b"\n")

    def end(self, outcome: str, detail: str) -> None:
        """Send the verdict and leave at once: nothing of the program runs any more."""
        self.say(outcome=outcome, detail=detail)
        os._exit(0)


def main() -> None:
    """Read the request, give up rights, run."""
    request = json.loads(sys.stdin.buffer.read())
    reporter = Reporter(request["nonce"])
    folder = str(Path.cwd().resolve())
    code = _compiled(request["program"], reporter)
    guards = [*_limits(request["seconds"], request["memory_mib"]), *_namespace(), *_landlock(folder), "audit"]
    reporter.say(guards=guards)
    _audit(reporter, folder)
    sys.argv = ["program"]
    try:
        exec(code, {"__name__": "__main__"})  # noqa: S102 - this is what the sandbox is for
    except MemoryError:
        reporter.end("memory", "MemoryError")
    except BaseException as error:  # whatever ends the program is its verdict
        reporter.end("failed", f"{type(error).__name__}: {error}")
    reporter.end("passed", "")


def _compiled(program: str, reporter: Reporter) -> CodeType:
    try:
        return compile(program, "program", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reporter.end("failed", f"{type(error).__name__}: {error}")
        raise


def _limits(seconds: float, memory_mib: int) -> list[str]:
    try:
        import resource
    except ImportError:
        return []
    wanted = {
        "RLIMIT_CPU": int(seconds) + 1,
        "RLIMIT_AS": memory_mib << 20,
        "RLIMIT_FSIZE": 16 << 20,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CORE": 0,
    }
    for name, limit in wanted.items():
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (limit, limit))
    return ["limits"]


def _namespace() -> list[str]:
    """A network without a way out; needs no privilege where user namespaces are allowed."""
    if not sys.platform.startswith("linux"):
        return []
    new_user, new_network = 0x10000000, 0x40000000
    return ["namespace"] if ctypes.CDLL(None).unshare(new_user | new_network) == 0 else []


def _landlock(folder: str) -> list[str]:
    """From Linux 5.13 on: no write but below `folder`, no program started; later no truncation and no link out."""
    if not sys.platform.startswith("linux"):
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    create, add_rule, restrict, version_flag, no_new_privileges = 444, 445, 446, 1, 38
    version = libc.syscall(create, None, ctypes.c_size_t(0), version_flag)
    if version < 1:
        return []
    execute, write, remove_and_make = 1 << 0, 1 << 1, 0x1FF << 4
    rights = execute | write | remove_and_make | (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    attributes = struct.pack("Q", rights)
    ruleset = libc.syscall(create, attributes, ctypes.c_size_t(len(attributes)), 0)
    below = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", rights & ~execute, below)
    ok = (
        ruleset >= 0
        and libc.syscall(add_rule, ruleset, 1, rule, 0) == 0
        and libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
        and libc.syscall(restrict, ruleset, 0) == 0
    )
    os.close(below)
    return ["landlock"] if ok else []


def _audit(reporter: Reporter, folder: str) -> None:
    """From here on the first forbidden act ends the process."""
    inside = folder.rstrip(os.sep) + os.sep

    def elsewhere(path: object) -> bool:
        if isinstance(path, int) or path is None:
            return False
        real = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        return real != folder and not real.startswith(inside)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(FORBIDDEN):
            reporter.end("refused", event)
        if event == "open" and len(arguments) == 3:
            path, mode, flags = arguments
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
                isinstance(flags, int) and flags & _WRITE_FLAGS
            )
            if writes and elsewhere(path):
                reporter.end("refused", f"writing to {path!r}")
        elif event in WRITING and any(map(elsewhere, arguments[: WRITING[event]])):
            reporter.end("refused", f"{event} of {arguments[: WRITING[event]]!r}")

    sys.addaudithook(hook)


if __name__ == "__main__":
    main()
