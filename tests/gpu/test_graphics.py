"""Checks that wait for a graphics processor. One command runs them, where there is one: `pytest -m gpu -s tests/gpu`.

They take the backends that `phi-ls doctor` finds ready there, with the best model that is here, and print figures.
Nothing about speed is asserted.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phi_ls.features.assistant import Assistant
from phi_ls.hardware import probe
from phi_ls.inference.canary import canary
from phi_ls.inference.records import Records
from phi_ls.inference.supervisor import load
from phi_ls.journal import Journal
from phi_ls.settings import BackendName, Settings
from phi_ls.wire import Text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from phi_ls.inference.client import WorkerClient
    from phi_ls.inference.select import Candidate

pytestmark = [pytest.mark.gpu, pytest.mark.engine, pytest.mark.timeout(900)]

BACKENDS = ("cuda", "directml", "gguf")


def candidate_on(backend: str, monkeypatch: pytest.MonkeyPatch) -> Candidate:
    """The first candidate of a backend that would run on graphics; the test is skipped where there is none."""
    if not probe().gpus:
        pytest.skip("no graphics processor was found")
    # The models and backends of the person who runs this, not those of the other tests.
    monkeypatch.delenv("PHI_LS_HOME")
    _report, candidates = Assistant(Settings(backend=BackendName(backend))).examine()
    ready = [c for c in candidates if c.backend == backend and c.graphics and c.state == "ready"]
    if not ready:
        reasons = dict.fromkeys(c.reason for c in candidates if c.backend == backend and not c.unwanted)
        pytest.skip(f"no {backend} on graphics here: {'; '.join(reasons) or 'it runs on the processor'}")
    return replace(ready[0], measured=None)


@asynccontextmanager
async def loaded(candidate: Candidate, folder: Path) -> AsyncGenerator[tuple[WorkerClient, Candidate], None]:
    client, seen = await load(candidate, Journal(None), records=Records(folder / "records.json"))
    try:
        yield client, seen
    finally:
        await client.close()


async def text_of(client: WorkerClient, prompt: str, *, max_tokens: int = 32) -> str:
    async with client.generate((Text(prompt),), max_tokens=max_tokens) as stream:
        return "".join([chunk.text async for chunk in stream])


@pytest.mark.parametrize("backend", BACKENDS)
async def test_it_loads_answers_its_canaries_and_takes_the_memory_that_was_expected(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_on(backend, monkeypatch)
    before = probe().nvidia
    async with loaded(candidate, tmp_path) as (_client, seen):
        after = probe().nvidia
        record = seen.measured
        assert record is not None
        assert len(record.canaries) == 3
        print(f"\n{candidate.reason}\n{record}")
        if before and after and before.free_mib is not None and after.free_mib is not None and candidate.fit:
            taken = before.free_mib - after.free_mib
            print(f"graphics memory: {taken} MiB taken, {candidate.fit.needed_mib} expected")
            assert taken < candidate.fit.needed_mib + candidate.fit.reserve_mib


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_reused_prefix_gives_the_same_answer_as_a_fresh_one(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_on(backend, monkeypatch)
    prompt = canary(2400)
    async with loaded(candidate, tmp_path) as (client, _seen):
        await text_of(client, prompt[: len(prompt) // 2])
        reused = await text_of(client, prompt)
    async with loaded(candidate, tmp_path) as (client, _seen):
        assert await text_of(client, prompt) == reused


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_cancel_is_seen_between_two_chunks_of_the_prompt(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidate = candidate_on(backend, monkeypatch)
    async with loaded(candidate, tmp_path) as (client, _seen):
        began = time.monotonic()
        async with client.generate((Text("# new\n" + canary(4200)),), max_tokens=200) as stream:
            await asyncio.sleep(0.05)
            stream.cancel()
            async for _chunk in stream:
                pass
        assert stream.done is not None
        print(f"\ncancelled after {(time.monotonic() - began) * 1000:.0f} ms: {stream.done.statistics}")
        assert stream.done.finish_reason == "cancelled"
        assert await text_of(client, canary(500), max_tokens=4)
