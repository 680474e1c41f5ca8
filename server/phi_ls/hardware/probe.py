"""Ask the operating system what this machine is."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

from phi_ls.hardware.report import HardwareReport

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024
_CGROUP = Path("/sys/fs/cgroup")

T = TypeVar("T")


def probe() -> HardwareReport:
    """The facts of this machine; takes a few ms and never raises."""
    known_by: dict[str, str] = {}

    def ask(fact: str, how: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            value = read()
        except Exception as error:
            known_by[fact] = f"unknown: {how} failed ({type(error).__name__}: {error})"
            return otherwise
        known_by[fact] = how
        return value

    memory = ask("memory", "psutil.virtual_memory", lambda: psutil.virtual_memory().total, 0)
    available = ask("available", "psutil.virtual_memory", lambda: psutil.virtual_memory().available, 0)
    limit = ask("container limit", f"{_CGROUP}/memory.max", _container_headroom, None)
    if limit is not None:
        available = min(available, limit)
        known_by["available"] += " and the container's limit"
    return HardwareReport(
        system=platform.system().lower(),
        architecture=platform.machine().lower(),
        processor=ask("processor", "the operating system", _processor_name, ""),
        physical_cores=ask("physical cores", "psutil.cpu_count", lambda: psutil.cpu_count(logical=False) or 0, 0),
        logical_cores=ask("usable cores", "the process's CPU affinity", _usable_cores, 1),
        memory_mib=memory // MIB,
        available_mib=available // MIB,
        known_by=known_by,
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()


def _container_headroom() -> int | None:
    """What a cgroup v2 leaves free, in bytes; None without a limit."""
    file = _CGROUP / "memory.max"
    if not file.exists():
        return None
    limit = file.read_text(encoding="ascii").strip()
    if limit == "max":
        return None
    used = int((_CGROUP / "memory.current").read_text(encoding="ascii"))
    return max(int(limit) - used, 0)
