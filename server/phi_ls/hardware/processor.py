"""The processor: its name and the features that multiply small integers fast."""

from __future__ import annotations

import ctypes
import platform
import subprocess
import sys
from pathlib import Path

INTERESTING = {
    # as Linux names them: as we do
    "avx2": "avx2",
    "avx_vnni": "avx-vnni",
    "avx512f": "avx512",
    "avx512_vnni": "avx512-vnni",
    "amx_int8": "amx-int8",
    "asimddp": "dotprod",
    "i8mm": "i8mm",
    "sve": "sve",
}
_WINDOWS = {40: "avx2", 41: "avx512", 43: "dotprod", 67: "i8mm"}
"""By the numbers of IsProcessorFeaturePresent."""
_APPLE = {
    "hw.optional.avx2_0": "avx2",
    "hw.optional.avx512f": "avx512",
    "hw.optional.arm.FEAT_DotProd": "dotprod",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
}
_SECONDS = 5.0


def name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """What the maker calls it, or what the platform knows."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string")
    for line in _lines(cpuinfo):
        if line.startswith(("model name", "Hardware", "Model")):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def features(cpuinfo: Path = Path("/proc/cpuinfo")) -> tuple[str, ...]:
    """Those of `INTERESTING` that it has, in that order."""
    if sys.platform == "win32":
        present = ctypes.windll.kernel32.IsProcessorFeaturePresent
        found = {ours for number, ours in _WINDOWS.items() if present(number)}
    elif sys.platform == "darwin":
        found = {ours for key, ours in _APPLE.items() if _sysctl(key) == "1"}
    else:
        flags = next((line for line in _lines(cpuinfo) if line.startswith(("flags", "Features"))), "")
        found = {INTERESTING[flag] for flag in flags.partition(":")[2].split() if flag in INTERESTING}
    return tuple(ours for ours in INTERESTING.values() if ours in found)


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []


def _sysctl(key: str) -> str:
    ended = subprocess.run(["sysctl", "-n", key], capture_output=True, text=True, timeout=_SECONDS, check=False)
    return ended.stdout.strip()
