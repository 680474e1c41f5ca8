"""The machine that the figures are from."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = ("phi-ls", "onnxruntime-genai", "onnxruntime", "llama-cpp-python", "numpy")
_GIB = 1 << 30


def machine() -> dict[str, str]:
    """Processor, cores, memory, system and versions, as texts for people."""
    return {
        "processor": _processor(),
        "cores": str(cores()),
        "memory": f"{psutil.virtual_memory().total / _GIB:.0f} GiB",
        "system": f"{platform.system()} on {platform.machine()}, Python {platform.python_version()}",
        **{package: _version(package) for package in PACKAGES},
    }


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _processor() -> str:
    """The model name, with the numbers that tell one virtual machine's processor from another's."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    rows = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {key.strip(): value.strip() for key, value in rows.items()}
    name = facts.get("model name", platform.machine())
    if "cpu family" not in facts:
        return name
    return f"{name}, family {facts['cpu family']}, model {facts.get('model', '?')}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
