"""Bits per byte of code that the model has never seen, as the engines compute it from the files that are shipped.

Every sixteenth file of the held-out packages is read whole, in windows as long as the recipe's rows. A window knows
nothing of the one before; each begins with the token that separates files.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from phi_ls.wire import Control, Load, Text
from phi_ls.worker import engines
from phi_ls.worker.engine import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phi_ls.worker.engine import Engine

WINDOW = 1280
EVERY = 16
SMALLEST = 400
"""Bytes; what is shorter is no more than imports."""


def bits_per_byte(engine: str, model: Path, code: Path) -> float:
    """Of the Python files below `code`, with the model file or folder `model`."""
    loaded = engines.load(Load(engine=engine, model=str(model), context_tokens=WINDOW, threads=1))
    begin = loaded.encode([Control("<|endoftext|>")])
    nats, size = 0.0, 0
    try:
        for window in _windows(loaded, code):
            nats += _nats(loaded, begin + window)
            size += sum(len(loaded.piece(token)) for token in window)
    finally:
        loaded.close()
    return nats / math.log(2) / size


def _windows(engine: Engine, code: Path) -> Iterator[list[int]]:
    files = [file for file in sorted(code.rglob("*.py")) if file.stat().st_size >= SMALLEST]
    for file in files[::EVERY]:
        ids = engine.encode([Text(file.read_text("utf-8"))])
        yield from (ids[at : at + WINDOW - 1] for at in range(0, len(ids), WINDOW - 1))


def _nats(engine: Engine, window: list[int]) -> float:
    """The sum over all tokens but the first of minus the logarithm of their probability."""
    engine.rewind(0)
    total = 0.0
    for at in range(0, len(window) - 1, CHUNK_TOKENS):
        given, wanted = window[at : at + CHUNK_TOKENS], window[at + 1 : at + CHUNK_TOKENS + 1]
        scores = engine.score(given[: len(wanted)])
        if scores is None:
            raise RuntimeError("the engine gave up, though nobody asked it to")
        rows = np.asarray(scores, np.float32)[: len(wanted)]
        highest = rows.max(axis=1)
        log_sums = np.log(np.exp(rows - highest[:, None]).sum(axis=1)) + highest
        total += float((log_sums - rows[np.arange(len(wanted)), wanted]).sum())
    return total
