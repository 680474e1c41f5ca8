"""The supervisor: a worker that fails is an event, not the end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from inference.workers import BOUND, events, supervised, until, write_script
from phi_ls import wire
from phi_ls.errors import GenerationFailed, NoBackend, PromptTooLong, WorkerDied
from phi_ls.inference import launch
from phi_ls.inference import supervisor as module
from phi_ls.inference.client import LINE_LIMIT, WorkerClient
from phi_ls.inference.select import SCRIPTED
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


async def text_of(client: WorkerClient, prompt: str, *, max_tokens: int = 50) -> str:
    async with client.generate((wire.Text(prompt),), max_tokens=max_tokens) as stream:
        return "".join([chunk.text async for chunk in stream])


async def test_a_generation_streams_and_ends_with_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(tmp_path, monkeypatch, default="return a + b")
    states: list[str] = []
    async with supervised(tmp_path / "journal", states=states) as supervisor:
        client = await supervisor.client()
        async with client.generate((wire.Text("def f(a, b):"),), max_tokens=50) as stream:
            chunks = [chunk async for chunk in stream]
        assert "".join(chunk.text for chunk in chunks) == "return a + b"
        assert stream.done is not None
        assert (stream.done.finish_reason, stream.done.statistics.new_tokens) == ("end", len(chunks))
        assert states == ["loading", "ready"]
    assert states[-1] == "off"
    ended = events(tmp_path / "journal", "generation")[-1]
    assert (ended["state"], ended["finish_reason"]) == ("ended", "end")


async def test_leaving_a_stream_cancels_it_and_the_engine_falls_idle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 1000, token_ms=5)
    async with supervised(tmp_path / "journal") as supervisor:
        client = await supervisor.client()
        async with client.generate((wire.Text("go"),), max_tokens=1000) as stream:
            async for _chunk in stream:
                break
        await until(lambda: bool(events(tmp_path / "journal", "idle")))
        ended = events(tmp_path / "journal", "generation")[-1]
        assert ended["finish_reason"] == "cancelled"
        assert ended["new_tokens"] < 100
        write_script(tmp_path, monkeypatch, default="again")
        assert await text_of(client, "go", max_tokens=3) == "word word word"


async def test_a_killed_worker_loses_only_its_own_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 1000, token_ms=5)
    async with supervised(tmp_path / "journal") as supervisor:
        client = await supervisor.client()
        with pytest.raises(WorkerDied, match=r"the inference worker (was killed|ended with code)"):
            async with client.generate((wire.Text("go"),), max_tokens=1000) as stream:
                async for _chunk in stream:
                    os.kill(client.pid, signal.SIGKILL)
        again = await asyncio.wait_for(supervisor.client(), BOUND)
        assert again.pid != client.pid
        assert await text_of(again, "go", max_tokens=2) == "word word"
    assert [event["state"] for event in events(tmp_path / "journal", "worker")] == [
        "started",
        "loaded",
        "died",
        "started",
        "loaded",
    ]


async def test_a_worker_that_dies_again_and_again_makes_way_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BACK_OFF_SECONDS", (0.0, 0.01, 0.01))
    write_script(tmp_path, monkeypatch, default="x", rules=[{"when": "crash", "text": "a b c d", "fails": "crash"}])
    spare = replace(SCRIPTED, model="spare")
    async with supervised(tmp_path / "journal", SCRIPTED, spare) as supervisor:
        for _ in range(3):
            client = await asyncio.wait_for(supervisor.client(), BOUND)
            with pytest.raises(WorkerDied):
                await text_of(client, "crash")
            await client.ended.wait()
        await asyncio.wait_for(supervisor.client(), BOUND)
        assert supervisor.running is not None
        assert supervisor.running.model == "spare"
        (refusal,) = supervisor.refusals
        assert refusal.startswith("scripted scripted: it died 3 times within 120 s; the last time the inference worker")


@pytest.mark.parametrize(
    ("fails", "reason"),
    [
        pytest.param("no memory left", "no memory left", id="refused"),
        pytest.param("crash", "the inference worker ended with code -6", id="crashed"),
        pytest.param("hang", "it was not loaded after 2 s", id="hung"),
    ],
)
async def test_a_candidate_that_cannot_be_loaded_is_passed_over_with_its_reason(
    fails: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "LOAD_SECONDS", 2.0)
    write_script(tmp_path, monkeypatch, load_fails=fails)
    async with supervised(tmp_path / "journal") as supervisor:
        with pytest.raises(NoBackend, match=reason):
            await asyncio.wait_for(supervisor.client(), BOUND)
        assert supervisor.state == "failed"
        assert reason in supervisor.refusals[0]


async def test_refusals_of_a_prompt_arrive_as_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(
        tmp_path, monkeypatch, context_tokens=64, rules=[{"when": "raise", "text": "a b", "fails": "engine says no"}]
    )
    async with supervised(tmp_path / "journal") as supervisor:
        client = await supervisor.client()
        with pytest.raises(PromptTooLong) as caught:
            await text_of(client, "many words " * 100)
        assert caught.value.limit_tokens == 14
        assert caught.value.found_tokens > 100
        with pytest.raises(GenerationFailed, match="engine says no"):
            await text_of(client, "raise")


async def test_a_candidate_that_cannot_even_be_tried_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="fine")
    broken = replace(SCRIPTED, backend="cuda", python="\0")
    async with supervised(tmp_path / "journal", broken, replace(SCRIPTED, state="ready")) as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert await text_of(client, "go") == "fine"
        assert supervisor.candidates[0].reason == "it could not be started (ValueError)"


async def test_a_request_that_is_left_while_it_is_being_sent_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 1000, token_ms=5)
    async with supervised(tmp_path / "journal") as supervisor:
        client = await supervisor.client()
        os.kill(client.pid, signal.SIGSTOP)
        sending = asyncio.create_task(text_of(client, "x" * 3_000_000, max_tokens=1000))
        await asyncio.sleep(0.1)  # the pipe is full
        sending.cancel()
        await asyncio.wait({sending})
        os.kill(client.pid, signal.SIGCONT)
        await until(lambda: bool(events(tmp_path / "journal", "idle")))
        assert events(tmp_path / "journal", "generation")[-1]["finish_reason"] == "cancelled"


DONE = '{"type": "done", "id": 1, "finish_reason": "end", "statistics": {}}'


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        pytest.param("stdout", "'[' * 100_000", id="json-without-end"),
        pytest.param("stdout", """'{"type": "chunk", "id": [1], "text": "", "logprob": 0}'""", id="another-type"),
        pytest.param("stdout", """'{"type": "refused", "id": null, "reason": "odd", "message": ""}'""", id="reason"),
        pytest.param("stderr", "'.' * (8 << 20)", id="a-line-of-megabytes-on-stderr"),
    ],
)
async def test_what_a_worker_should_not_say_costs_no_answer(stream: str, text: str) -> None:
    program = f"import sys; input(); print({text}, file=sys.{stream}, flush=True); print({DONE!r}, flush=True); input()"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program), stdin=-1, stdout=-1, stderr=-1, limit=LINE_LIMIT
    )
    client = WorkerClient(process, Journal(None))
    try:
        assert await asyncio.wait_for(text_of(client, "go"), BOUND) == ""
    finally:
        client.kill()
        await client.close()
