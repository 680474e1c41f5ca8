"""Whether a model fits into the memory that a backend would use: weights, KV cache at its exact shape, working memory.

The context shrinks before a model is refused. All numbers are MiB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.catalog import Build, Model
    from phi_ls.hardware import Gpu, HardwareReport

WORKING_SHARE = 0.1
"""What an engine takes beside weights and KV cache, as a share of the weights."""
SMALLEST_CONTEXT = 512
"""Tokens below which a prompt holds too little of the file to be worth a model."""
RESERVE_MIB = 512
"""Memory that is left to the rest of the machine."""
GPU_RESERVE_MIB = 384
"""What a driver and a desktop take of a graphics processor's memory when an engine starts on it."""
UNTOLD_SHARE = 0.85
"""Of a graphics processor's memory, where nobody tells how much of it is free."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Pool:
    """Memory that a backend would take from; `of` names it for people."""

    free_mib: int
    reserve_mib: int
    of: str


@dataclass(frozen=True)
class Fit:
    """The memory that a candidate needs and finds, at `context_tokens`."""

    weights_mib: int
    kv_mib: int
    working_mib: int
    needed_mib: int
    free_mib: int
    context_tokens: int
    reserve_mib: int = RESERVE_MIB
    of: str = "memory"
    wanted_tokens: int = 0
    """The context that would be taken if there were room."""

    @property
    def fits(self) -> bool:
        """There is room for it and for the reserve."""
        return self.needed_mib + self.reserve_mib <= self.free_mib

    def refusal(self) -> str:
        """Why it does not fit, in numbers."""
        return (
            f"needs {self.needed_mib} MiB (weights {self.weights_mib}, KV cache {self.kv_mib} for "
            f"{self.context_tokens} tokens, working memory {self.working_mib}) and {self.reserve_mib} MiB in reserve, "
            f"{self.free_mib} MiB of {self.of} are free"
        )


def fit(model: Model, build: Build, *, wanted_tokens: int, pool: Pool) -> Fit:
    """The memory need at the longest context that fits, at most `wanted_tokens` and the model's safe length."""
    weights = build.size / MIB
    working = weights * WORKING_SHARE
    per_token = model.kv_bytes_per_token(build) / MIB
    wanted = tokens = min(wanted_tokens, model.safe_context)
    room = pool.free_mib - pool.reserve_mib - weights - working
    if per_token and tokens * per_token > room:
        tokens = max(min(tokens, int(room / per_token)), min(SMALLEST_CONTEXT, tokens))
    kv = tokens * per_token
    needed = round(weights + working + kv)
    return Fit(
        round(weights), round(kv), round(working), needed, pool.free_mib, tokens, pool.reserve_mib, pool.of, wanted
    )


def processor_pool(report: HardwareReport) -> Pool:
    """The machine's memory, within a container's limit."""
    return Pool(report.available_mib, RESERVE_MIB, "memory")


def gpu_pool(gpu: Gpu, report: HardwareReport) -> Pool:
    """A graphics processor's own memory; what it may share of the machine's, where it lives on that."""
    if gpu.integrated:
        return Pool(
            min(gpu.memory_mib + gpu.shared_mib, report.available_mib), RESERVE_MIB, f"{gpu.name}'s shared memory"
        )
    free = gpu.free_mib if gpu.free_mib is not None else int(gpu.memory_mib * UNTOLD_SHARE)
    return Pool(free, GPU_RESERVE_MIB, f"{gpu.name}'s memory")
