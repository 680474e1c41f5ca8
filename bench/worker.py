"""The product's own worker process with one model, without the server around it."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from phi_ls import wire
from phi_ls.errors import PhiLsError
from phi_ls.inference.client import LINE_LIMIT, WorkerClient
from phi_ls.inference.command import worker_command
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence
    from pathlib import Path

CONTEXT_TOKENS = 2047
ENVIRONMENT = {
    # As the worker sets it for itself, also for the bare engines beside it.
    "OMP_WAIT_POLICY": "PASSIVE",
    "ORT_DISABLE_TELEMETRY": "1",
    "GGML_NO_BACKTRACE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass
class Answer:
    """One generation as its client saw it. Times in seconds of `time.perf_counter`."""

    asked: float = 0.0
    first: float = 0.0
    ended: float = 0.0
    text: str = ""
    tokens: list[str] = field(default_factory=list)
    statistics: wire.Statistics = field(default_factory=wire.Statistics)
    finish_reason: str = ""

    @property
    def decode_seconds(self) -> float:
        """From the first token to the end of the answer."""
        return self.ended - self.first


@asynccontextmanager
async def started(
    engine: str,
    model: Path,
    *,
    threads: int = 0,
    options: Mapping[str, str] | None = None,
    journal: Path | None = None,
    context_tokens: int = CONTEXT_TOKENS,
) -> AsyncGenerator[WorkerClient, None]:
    """A worker that has loaded the model; ended afterwards. Raises `PhiLsError`."""
    process = await asyncio.create_subprocess_exec(
        *worker_command(""),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **ENVIRONMENT},
        limit=LINE_LIMIT,
    )
    events = Journal(str(journal) if journal else None)
    client = WorkerClient(process, events)
    try:
        request = wire.Load(
            engine=engine,
            model=str(model),
            context_tokens=context_tokens,
            threads=threads,
            options=dict(options or {}),
        )
        await client.load(request)
        yield client
    finally:
        await client.close()
        events.close()


async def generate(
    client: WorkerClient,
    parts: Sequence[wire.Part],
    *,
    max_tokens: int,
    stop: Sequence[str] = (),
    sequence: str = "typing",
    heal: bool = False,
    drafts: Sequence[str] = (),
) -> Answer:
    """Run one generation to its end. Raises `PhiLsError`."""
    answer = Answer(asked=time.perf_counter())
    stream = client.generate(parts, max_tokens=max_tokens, stop=stop, sequence=sequence, heal=heal, drafts=drafts)
    async with stream as chunks:
        async for chunk in chunks:
            answer.first = answer.first or time.perf_counter()
            answer.tokens.append(chunk.text)
    answer.ended = time.perf_counter()
    answer.first = answer.first or answer.ended
    if stream.done is None:
        raise PhiLsError("wanted a finished generation, found an open one")
    answer.text = "".join(answer.tokens)
    answer.statistics, answer.finish_reason = stream.done.statistics, stream.done.finish_reason
    return answer
