"""Graphics processors, as the operating systems' own libraries know them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi_ls.hardware.ask import NoAnswer, ask
from phi_ls.hardware.report import Gpu

VENDORS = {0x10DE: "nvidia", 0x1002: "amd", 0x1022: "amd", 0x8086: "intel", 0x5143: "qualcomm", 0x106B: "apple"}
INTEGRATED_MIB = 1024
"""A processor with less memory of its own lives on the machine's."""
METAL_SHARE = 2 / 3
"""What macOS lets the graphics processor of Apple silicon take of the memory."""
_NVIDIA_SIGNS = ("/dev/nvidiactl", "/proc/driver/nvidia/version", "/dev/dxg", "/dev/nvhost-gpu")
_RENDER = "renderD*"


@dataclass
class Graphics:
    """What was found, who said it, and what does not work."""

    gpus: list[Gpu] = field(default_factory=list)
    cuda: str = ""
    known_by: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def find(*, system: str, architecture: str, memory_mib: int) -> Graphics:
    """Every graphics processor; each question in a child of its own."""
    found = Graphics()
    if system == "windows":
        _windows(found)
    if system == "darwin" and architecture == "arm64":
        _apple(found, memory_mib)
    if system in ("windows", "linux"):
        _nvidia(found)
    if system == "linux":
        _vulkan(found)
    return found


def from_dxgi(records: list[dict[str, Any]]) -> list[Gpu]:
    """What a DXGI answer means: software adapters and repetitions are left out."""
    found: list[Gpu] = []
    for record in records:
        if record["software"]:
            continue
        dedicated = record["dedicated_mib"]
        gpu = Gpu(
            record["name"],
            VENDORS.get(record["vendor_id"], "other"),
            dedicated,
            driver=record["driver"],
            shared_mib=record["shared_mib"],
            integrated=dedicated < INTEGRATED_MIB,
        )
        if gpu not in found:
            found.append(gpu)
    return found


def with_nvidia(gpus: list[Gpu], answer: dict[str, Any]) -> list[Gpu]:
    """`gpus` with the NVIDIA ones as their own driver describes them."""
    others = [gpu for gpu in gpus if gpu.vendor != "nvidia"]
    own = [
        Gpu(
            record["name"],
            "nvidia",
            record["memory_mib"],
            driver=answer["driver"],
            free_mib=record["free_mib"],
            capability=record["capability"],
        )
        for record in answer["gpus"]
    ]
    return own + others


def _windows(found: Graphics) -> None:
    try:
        found.gpus = from_dxgi(ask("dxgi"))
        found.known_by["graphics"] = "DXGI"
    except NoAnswer as reason:
        found.faults["directx"] = found.known_by["graphics"] = f"unknown: DXGI: {reason}"


def _apple(found: Graphics, memory_mib: int) -> None:
    found.gpus = [Gpu("Apple graphics", "apple", 0, shared_mib=int(memory_mib * METAL_SHARE), integrated=True)]
    found.known_by["graphics"] = "every Apple silicon has Metal"


def _nvidia(found: Graphics) -> None:
    if not _nvidia_signs():
        found.known_by["nvidia"] = "no driver is installed"
        return
    try:
        answer = ask("nvidia")
    except NoAnswer as reason:
        answer = {"fault": str(reason)}
    if "fault" in answer:
        found.faults["nvidia"] = answer["fault"]
        found.known_by["nvidia"] = f"unknown: NVML: {answer['fault']}"
        return
    found.gpus = with_nvidia(found.gpus, answer)
    found.cuda = answer["cuda"]
    found.known_by["nvidia"] = "NVML"


def _nvidia_signs() -> bool:
    if sys.platform == "win32":
        return Path(os.environ.get("SYSTEMROOT", "C:\\Windows"), "System32", "nvml.dll").exists()
    return any(Path(sign).exists() for sign in _NVIDIA_SIGNS)


def _vulkan(found: Graphics) -> None:
    if not any(Path("/dev/dri").glob(_RENDER)) and not Path("/dev/dxg").exists():
        found.known_by["vulkan"] = "no graphics device"
        return
    try:
        records = ask("vulkan")
    except NoAnswer as reason:
        found.known_by["vulkan"] = f"unknown: Vulkan: {reason}"
        return
    found.known_by["vulkan"] = "the Vulkan loader"
    for record in records:
        vendor = VENDORS.get(record["vendor_id"], "other")
        if record["kind"] in ("integrated", "discrete") and vendor not in {gpu.vendor for gpu in found.gpus}:
            integrated = record["kind"] == "integrated"
            memory = record["memory_mib"]
            found.gpus.append(
                Gpu(
                    record["name"],
                    vendor,
                    0 if integrated else memory,
                    driver=record["driver"],
                    shared_mib=memory if integrated else 0,
                    integrated=integrated,
                )
            )
