"""How a candidate's worker is started and what it is asked to load. No more than that: who runs is the supervisor's."""

from __future__ import annotations

import asyncio
import os
import subprocess
from typing import TYPE_CHECKING

from phi_ls import wire
from phi_ls.catalog import unverified_hashes
from phi_ls.errors import WorkerDied
from phi_ls.inference.client import LINE_LIMIT
from phi_ls.inference.command import worker_command

if TYPE_CHECKING:
    from phi_ls.inference.select import Candidate

LOAD_SECONDS = 60.0
LOAD_BYTES_PER_SECOND = 20e6
"""The load deadline: a fixed part, and the time to read and hash the model from a slow disk."""
QUIET = {"ORT_DISABLE_TELEMETRY": "1", "GGML_NO_BACKTRACE": "1"}


async def spawn(candidate: Candidate) -> asyncio.subprocess.Process:
    """Start a worker process; it inherits nothing but the environment. Raises `WorkerDied`."""
    try:
        return await asyncio.create_subprocess_exec(
            *worker_command(candidate.python, *(("remote",) if candidate.address else ())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **QUIET},
            limit=LINE_LIMIT,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise WorkerDied(None, last_words=str(error)) from error


def load_request(candidate: Candidate, *, threads: int) -> wire.Load:
    """What the worker is to load. Looks at files; not for the event loop."""
    local = candidate.local
    if candidate.address:
        return wire.Load(
            engine=candidate.engine,
            model=candidate.address,
            context_tokens=candidate.context_tokens,
            options=dict(candidate.options),
        )
    if local is None:
        return wire.Load(
            engine=candidate.engine,
            model=os.environ.get("PHI_LS_SCRIPT", ""),
            context_tokens=candidate.context_tokens,
        )
    return wire.Load(
        engine=candidate.engine,
        model=str(local.load_path),
        context_tokens=candidate.context_tokens,
        provider=candidate.provider,
        threads=threads,
        end_tokens=local.model.end_tokens,
        files=unverified_hashes(local),
    )


def load_deadline(candidate: Candidate) -> float:
    """Seconds after which a load has failed."""
    size = candidate.local.build.size if candidate.local else 0
    return LOAD_SECONDS + size / LOAD_BYTES_PER_SECOND
