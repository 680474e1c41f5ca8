"""Ask the operating system what this machine is."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import psutil

from phi_ls.hardware import container, graphics, processor
from phi_ls.hardware.report import HardwareReport

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 1024 * 1024

T = TypeVar("T")


def probe() -> HardwareReport:
    """The facts of this machine; never raises. Takes some ms, or seconds where a driver does not answer."""
    known_by: dict[str, str] = {}

    def ask(fact: str, how: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            value = read()
        except Exception as error:
            known_by[fact] = f"unknown: {how} failed ({type(error).__name__}: {error})"
            return otherwise
        known_by[fact] = how
        return value

    system, architecture = platform.system().lower(), _architecture()
    memory = ask("memory", "psutil.virtual_memory", lambda: psutil.virtual_memory().total, 0)
    available = ask("available", "psutil.virtual_memory", lambda: psutil.virtual_memory().available, 0)
    limit = ask("container limit", "the control group", container.memory_limit, None)
    if limit is not None:
        available = min(available, max(limit[0] - limit[1], 0))
        known_by["available"] += " and the container's limit"
    found = ask(
        "graphics",
        "drivers and libraries",
        lambda: graphics.find(system=system, architecture=architecture, memory_mib=memory // MIB),
        graphics.Graphics(),
    )
    report = HardwareReport(
        system=system,
        architecture=architecture,
        processor=ask("processor", "the operating system", processor.name, ""),
        physical_cores=ask("physical cores", "psutil.cpu_count", lambda: psutil.cpu_count(logical=False) or 0, 0),
        logical_cores=ask("usable cores", "affinity and control group", _usable_cores, 1),
        memory_mib=memory // MIB,
        available_mib=available // MIB,
        gpus=tuple(found.gpus),
        known_by=known_by,
        features=ask("features", "the operating system", processor.features, ()),
        cuda=found.cuda,
        container_limit_mib=limit[0] // MIB if limit else None,
        wsl=ask("wsl", "the kernel's name", _in_wsl, False),
        on_battery=ask("battery", "psutil.sensors_battery", _on_battery, None),
        faults=found.faults,
    )
    known_by.update(found.known_by)
    return report


def _architecture() -> str:
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(machine, machine)


def _usable_cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, container.processors() or cores)


def _in_wsl() -> bool:
    version = Path("/proc/version")
    return version.exists() and "microsoft" in version.read_text(encoding="ascii", errors="replace").lower()


def _on_battery() -> bool | None:
    battery = psutil.sensors_battery() if hasattr(psutil, "sensors_battery") else None
    return None if battery is None else not battery.power_plugged
