"""The graphics devices that a llama.cpp build lists, asked once per build and remembered.

A driver may hang or crash whoever asks it, so a child asks, with a time limit; then the build runs on the processor.
"""

from __future__ import annotations

import json
import logging
import subprocess
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.paths import cache_dir, write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

SECONDS = 30.0


@dataclass(frozen=True)
class Device:
    """A graphics device that a llama.cpp build lists. Memory in MiB; 0 where it does not tell."""

    name: str
    description: str
    memory_mib: int
    free_mib: int


def listed_devices(key: str, command: Sequence[str], *, seconds: float = SECONDS) -> tuple[Device, ...]:
    """What `command` prints as a list of devices; what it printed before, where `key` was asked already."""
    file = cache_dir() / "devices.json"
    known = _read(file)
    if key not in known:
        known[key] = [asdict(device) for device in ask_devices(command, seconds=seconds)]
        _write(file, known)
    return tuple(Device(**record) for record in known[key])


def ask_devices(command: Sequence[str], *, seconds: float = SECONDS) -> tuple[Device, ...]:
    """Ask at once. None are listed where the answer is a crash, a hang or nothing that can be read."""
    try:
        ended = subprocess.run(
            list(command),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        return tuple(Device(**record) for record in json.loads(ended.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError) as error:
        _log.warning("llama.cpp lists no devices: %s", error)
        return ()


def _read(file: Path) -> dict[str, list[dict[str, Any]]]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(file: Path, content: object) -> None:
    try:
        write_whole(file, json.dumps(content))
    except OSError:
        # It is asked again at the next start.
        return
