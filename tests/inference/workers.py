"""Supervised workers with the scripted engine."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from phi_ls.inference.select import SCRIPTED, Candidate
from phi_ls.inference.supervisor import Supervisor
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    import pytest

BOUND = 30.0
"""Seconds after which a test gives up; nothing takes so long."""


def write_script(folder: Path, monkeypatch: pytest.MonkeyPatch, **script: Any) -> Path:
    """Make the scripted engine play this."""
    file = folder / "script.json"
    file.write_text(json.dumps(script), encoding="utf-8")
    monkeypatch.setenv("PHI_LS_SCRIPT", str(file))
    return file


@asynccontextmanager
async def supervised(
    journal: Path, *candidates: Candidate, states: list[str] | None = None
) -> AsyncGenerator[Supervisor, None]:
    """A started supervisor; its states are appended to `states`."""
    record: list[str] = states if states is not None else []
    log = Journal(str(journal))
    supervisor = Supervisor(log, lambda: record.append(supervisor.state))
    supervisor.start(candidates or (SCRIPTED,))
    try:
        yield supervisor
    finally:
        await supervisor.close()
        log.close()


def events(journal: Path, event: str) -> list[dict[str, Any]]:
    """The journal's lines of one event."""
    lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["event"] == event]


async def until(fact: Callable[[], bool]) -> None:
    """Wait until something holds, within a bound."""
    async with asyncio.timeout(BOUND):
        while not fact():  # noqa: ASYNC110 - a file and counters have no event to wait for
            await asyncio.sleep(0.01)
