"""Runs a program that nobody has read: in a child without network, that may write in a folder of its own only.

The child (`sandbox_child`) takes its own rights away before it runs the program; this side watches time and memory,
and ends it with everything that it started. It is made for the code of a model that errs, not for that of an attacker.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import psutil

Outcome: TypeAlias = Literal["passed", "failed", "timeout", "memory", "refused", "died"]
"""failed: it raised; refused: it tried what it may not, and was ended; died: it ended without a word."""

CHILD = Path(__file__).with_name("sandbox_child.py")
SECONDS = 10.0
MEMORY_MIB = 512
_LOOK_EVERY = 0.05


@dataclass(frozen=True)
class Verdict:
    """How a program ended. `guards` names what held it back: namespace, landlock, audit, limits."""

    outcome: Outcome
    detail: str
    guards: tuple[str, ...]


def judge(program: str, *, seconds: float | None = None, memory_mib: int = MEMORY_MIB) -> Verdict:
    """Run a Python program to its end. Blocks for at most `seconds`, `SECONDS` if not given, and a moment."""
    seconds = SECONDS if seconds is None else seconds
    nonce = secrets.token_hex(16)
    request = {"program": program, "nonce": nonce, "seconds": seconds, "memory_mib": memory_mib}
    with tempfile.TemporaryDirectory(prefix="phi-ls-eval-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder),
            start_new_session=True,
        )
        try:
            stopped, output = _watch(process, json.dumps(request).encode(), seconds, memory_mib)
        finally:
            _end(process)
    return _verdict(process.returncode, stopped, output, nonce)


def _watch(process: subprocess.Popen[bytes], request: bytes, seconds: float, memory_mib: int) -> tuple[str, bytes]:
    """Why the child was stopped, or "", and what it reported."""
    deadline = time.monotonic() + seconds + 1.0  # the start of an interpreter is not the program's time
    waiting: bytes | None = request
    while True:
        try:
            return "", process.communicate(waiting, timeout=_LOOK_EVERY)[0]
        except subprocess.TimeoutExpired:
            waiting = None
        stopped = ""
        if time.monotonic() > deadline:
            stopped = "timeout"
        elif _resident_mib(process.pid) > memory_mib:
            stopped = "memory"
        if stopped:
            _end(process)
            return stopped, process.communicate()[0]


def _resident_mib(pid: int) -> float:
    try:
        return float(psutil.Process(pid).memory_info().rss) / (1 << 20)
    except psutil.Error:
        return 0.0


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LANG", "LC_ALL") if name in os.environ}
    return {**kept, "HOME": folder, "TMPDIR": folder, "TEMP": folder, "TMP": folder, "PYTHONHASHSEED": "0"}


def _verdict(returncode: int | None, stopped: str, output: bytes, nonce: str) -> Verdict:
    guards: tuple[str, ...] = ()
    said: dict[str, Any] = {}
    for line in output.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict) and message.get("nonce") == nonce:
            guards = tuple(message.get("guards", guards))
            said = message if "outcome" in message else said
    if stopped:
        return Verdict(cast("Outcome", stopped), f"stopped: {stopped}", guards)
    if said:
        return Verdict(said["outcome"], str(said["detail"])[:200], guards)
    if sys.platform != "win32" and returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return Verdict("timeout", "its processor time was over", guards)
    return Verdict("died", f"it ended with code {returncode} and without a verdict", guards)
