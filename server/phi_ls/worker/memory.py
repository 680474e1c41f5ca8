"""How much memory this process has, and how much the machine has left, without any package.

Numbers are bytes. A machine that does not tell gives None, and whoever asks goes on without the number.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def resident_bytes() -> int | None:
    """The memory that this process occupies (on macOS: the most it ever did)."""
    if sys.platform == "win32":
        return _windows_resident()
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pages = _first_number("/proc/self/statm", field=1)
    return None if pages is None else pages * os.sysconf("SC_PAGE_SIZE")


def available_bytes() -> int | None:
    """The memory that can still be taken without swapping (on macOS: all that is built in)."""
    if sys.platform == "win32":
        return _windows_available()
    if sys.platform == "darwin":
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    free = [number for number in (_meminfo_available(), _container_left()) if number is not None]
    return min(free, default=None)


def fits(size: int) -> bool:
    """Whether a block of so many bytes can be had; a machine that does not tell is trusted."""
    free = available_bytes()
    return free is None or size <= free


def further(most: int, each: int, *, beside: int = 0) -> int:
    """How many blocks of `each` bytes, at most `most`, fit into half of what is free `beside` a block to come.

    The other half is the editor's. None, where the machine does not tell.
    """
    free = (available_bytes() or 0) - beside
    return max(0, min(most, free // 2 // max(1, each)))


def _meminfo_available() -> int | None:
    for line in _text("/proc/meminfo").splitlines():
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _container_left() -> int | None:
    """What a control group leaves; pages of files that it counts can be dropped, so they are free too."""
    limit, used = _first_number("/sys/fs/cgroup/memory.max"), _first_number("/sys/fs/cgroup/memory.current")
    if limit is None or used is None:
        return None
    held = dict(line.split() for line in _text("/sys/fs/cgroup/memory.stat").splitlines() if len(line.split()) == 2)
    return limit - used + int(held.get("inactive_file", 0)) + int(held.get("active_file", 0))


def _first_number(path: str, *, field: int = 0) -> int | None:
    words = _text(path).split()
    return int(words[field]) if len(words) > field and words[field].isdigit() else None


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


if sys.platform == "win32":
    from ctypes import wintypes

    class _ProcessMemory(ctypes.Structure):
        _fields_ = (
            ("cb", wintypes.DWORD),
            ("page_faults", wintypes.DWORD),
            *(
                (name, ctypes.c_size_t)
                for name in ("peak", "resident", "pp", "p", "pn", "n", "pagefile", "peak_pagefile")
            ),
        )

    class _MachineMemory(ctypes.Structure):
        _fields_ = (
            ("length", wintypes.DWORD),
            ("load", wintypes.DWORD),
            *((name, ctypes.c_uint64) for name in ("total", "available", "pt", "pa", "vt", "va", "ve")),
        )

    def _windows_resident() -> int | None:
        counters = _ProcessMemory(cb=ctypes.sizeof(_ProcessMemory))
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD)
        known = kernel.K32GetProcessMemoryInfo(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
        return int(counters.resident) if known else None

    def _windows_available() -> int | None:
        status = _MachineMemory(length=ctypes.sizeof(_MachineMemory))
        known = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.available) if known else None
