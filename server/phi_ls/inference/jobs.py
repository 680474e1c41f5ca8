"""Pulls and installations for an editor: in a child, since the server itself opens no connection.

The child is `phi-ls ... --events`. It ends when its stdin does, so nothing goes on downloading when the server is gone.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import deque
from typing import TYPE_CHECKING, Any

from phi_ls.errors import JobFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAVE_SECONDS = 10.0
"""How long a cancelled child may take to put away what it has; then it is killed, which loses nothing but time."""
_LAST_LINES = 20


async def run_job(arguments: Sequence[str], tell: Callable[[str, int | None], None]) -> dict[str, Any]:
    """Run `phi-ls ARGUMENTS --events`; its result. `tell` hears each step, with its percentage where that is known.

    Cancelling ends the child; the same job goes on later where it was. Raises `JobFailed`.
    """
    # -P: the folder in which the editor runs must not go before the packages.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "phi_ls", *arguments, "--events"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    said: deque[str] = deque(maxlen=_LAST_LINES)
    errors = asyncio.create_task(_collect(process.stderr, said))
    try:
        result = await _steps(process.stdout, tell)
        code = await process.wait()
        await errors
    finally:
        await _leave(process)
        errors.cancel()
    if code != 0 or result is None:
        raise JobFailed(_reason(said, arguments[0], code))
    return result


async def _steps(stream: asyncio.StreamReader | None, tell: Callable[[str, int | None], None]) -> dict[str, Any] | None:
    """The result, once the child has told all its steps; None when it ended before."""
    result = None
    while stream is not None and (line := await stream.readline()):
        event: dict[str, Any] = json.loads(line)
        if event.pop("event") == "done":
            result = event
        else:
            tell(event["text"], 100 * event["done"] // event["total"] if event["total"] else None)
    return result


async def _collect(stream: asyncio.StreamReader | None, said: deque[str]) -> None:
    while stream is not None and (line := await stream.readline()):
        said.append(line.decode(errors="replace").strip())


async def _leave(process: asyncio.subprocess.Process) -> None:
    """See to it that the child has ended."""
    if process.stdin is not None:
        process.stdin.close()
    if process.returncode is not None:
        return
    try:
        await asyncio.wait_for(process.wait(), LEAVE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def _reason(said: Sequence[str], command: str, code: int) -> str:
    words = [line for line in said if line]
    return words[-1].removeprefix(f"phi-ls {command}: ") if words else f"phi-ls {command} ended with code {code}"
