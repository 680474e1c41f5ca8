"""The facts about a machine, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gpu:
    """One graphics processor. Memory in MiB."""

    name: str
    vendor: str
    memory_mib: int
    driver: str = ""


@dataclass(frozen=True)
class HardwareReport:
    """What the choice of a backend needs to know. Memory in MiB.

    `available_mib` is what a new process could take at the time of the probe, container limits included. `known_by`
    names the source of each fact; a fact that could not be read has the value 0 or "" and says why.
    """

    system: str
    architecture: str
    processor: str
    physical_cores: int
    logical_cores: int
    memory_mib: int
    available_mib: int
    gpus: tuple[Gpu, ...] = ()
    known_by: dict[str, str] = field(default_factory=dict)
