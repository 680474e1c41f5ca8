"""A Python program of ours that answers one JSON line with one JSON line."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bench.worker import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

LIMIT = 1 << 24
LOAD_SECONDS = 300.0
LAST_WORDS = 500


class ChildFailed(Exception):
    """The program ended, with what it said last."""


class Child:
    """A started program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to a request. Raises `ChildFailed`."""
        self.send(request)
        return await self.receive()

    def send(self, request: dict[str, Any]) -> None:
        """Write a request."""
        assert self._process.stdin is not None  # noqa: S101 - it was started with a pipe
        self._process.stdin.write(json.dumps(request).encode() + b"\n")

    async def receive(self) -> dict[str, Any]:
        """The next answer. Raises `ChildFailed`."""
        assert self._process.stdout is not None  # noqa: S101 - it was started with a pipe
        line = await self._process.stdout.readline()
        if not line:
            stderr = self._process.stderr
            said = (await stderr.read())[-LAST_WORDS:].decode("utf-8", "replace") if stderr else ""
            raise ChildFailed(f"it ended: {' '.join(said.split())}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@asynccontextmanager
async def child(module: str, *arguments: str) -> AsyncGenerator[Child, None]:
    """`python -m MODULE ARGUMENTS`, once it is ready; ended afterwards. Raises `ChildFailed`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **ENVIRONMENT},
        limit=LIMIT,
    )
    try:
        started = Child(process)
        await asyncio.wait_for(started.receive(), LOAD_SECONDS)
        yield started
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
