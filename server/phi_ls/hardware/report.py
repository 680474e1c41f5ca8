"""The facts about a machine, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Gpu:
    """One graphics processor. Memory in MiB.

    `memory_mib` is its own memory, `shared_mib` what it may take of the machine's; `free_mib` is None where nobody
    tells. `capability` is CUDA's, "" for others.
    """

    name: str
    vendor: str
    memory_mib: int
    driver: str = ""
    free_mib: int | None = None
    shared_mib: int = 0
    integrated: bool = False
    capability: str = ""


@dataclass(frozen=True)
class HardwareReport:
    """What the choice of a backend needs to know. Memory in MiB.

    `available_mib` is what a new process could take at the time of the probe, container limits included. `known_by`
    names the source of each fact; a fact that could not be read has the value 0, "" or None and says why. `faults`
    names what is there and does not work, such as a driver that does not answer.
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
    features: tuple[str, ...] = ()
    """Of the processor, those that decide how fast int4 weights are multiplied."""
    cuda: str = ""
    """The CUDA version that the NVIDIA driver supports, such as "13.0"."""
    container_limit_mib: int | None = None
    wsl: bool = False
    on_battery: bool | None = None
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def nvidia(self) -> Gpu | None:
        """The NVIDIA processor with the most free memory."""
        found = [gpu for gpu in self.gpus if gpu.vendor == "nvidia"]
        return max(found, key=lambda gpu: gpu.memory_mib if gpu.free_mib is None else gpu.free_mib, default=None)
