"""The server without a model, and each engine behind it: what `phi-ls bench` measures."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from bench.setting import settings
from phi_ls.evaluation.bench import measure as measure_engine
from phi_ls.evaluation.scale import per_key
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping


async def measure() -> dict[str, dict[str, float]]:
    """Ms for a key by the number of lines of its file."""
    return await per_key()


async def engine(backend: str, home: Mapping[str, str]) -> dict[str, Any]:
    """Prefill, decode, reuse, cancel and hovers of one backend."""
    before = dict(os.environ)
    os.environ.update(home)
    try:
        found, _problems = resolve([settings(backend)])
        return await measure_engine(found)
    finally:
        os.environ.clear()
        os.environ.update(before)
