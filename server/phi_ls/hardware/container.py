"""What a control group leaves to this process: memory and processor time. Files only; Linux."""

from __future__ import annotations

import math
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
_UNLIMITED = 1 << 60
"""Version 1 writes "no limit" as a number near 2**63."""


def memory_limit(root: Path = ROOT, own: Path = OWN) -> tuple[int, int] | None:
    """The tightest limit on this process and what is used of it, in bytes; None without a limit."""
    found = []
    for folder in _folders(root, own):
        limit = _number(folder / "memory.max")
        used = _number(folder / "memory.current")
        cached = "inactive_file"
        if limit is None:
            limit = _number(folder / "memory.limit_in_bytes")
            used = _number(folder / "memory.usage_in_bytes")
            cached = "total_inactive_file"
        if limit is not None and used is not None and limit < _UNLIMITED:
            # Pages of files can be dropped at any time, so they are as good as free.
            found.append((limit, max(0, used - _field(folder / "memory.stat", cached))))
    return min(found, key=lambda item: item[0] - item[1], default=None)


def processors(root: Path = ROOT, own: Path = OWN) -> int | None:
    """How many processors' time this process may use, rounded up; None without a limit."""
    found = []
    for folder in _folders(root, own):
        words = _text(folder / "cpu.max").split()
        if len(words) == 2 and words[0].isdigit():
            found.append(int(words[0]) / int(words[1]))
        quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        if quota is not None and period and quota > 0:
            found.append(quota / period)
    return max(1, math.ceil(min(found))) if found else None


def _folders(root: Path, own: Path) -> list[Path]:
    """The folders whose limits hold for this process, from its own group up to the root."""
    folders = [root, root / "memory", root / "cpu"]
    for line in _text(own).splitlines():
        _, controllers, path = line.split(":", 2)
        base = root / controllers.split(",")[0] if controllers and not controllers.startswith("name=") else root
        folder = base / path.strip("/")
        folders += [folder, *(parent for parent in folder.parents if base in parent.parents)]
    return folders


def _number(file: Path) -> int | None:
    text = _text(file).strip()
    return int(text) if text.lstrip("-").isdigit() else None


def _field(file: Path, name: str) -> int:
    for line in _text(file).splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == name:
            return int(words[1])
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
