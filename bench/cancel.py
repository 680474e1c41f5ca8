"""What is computed after a cancel, by the journal of the worker's client, in the prompt and in the answer.

Milliseconds from the cancel to the end of the generation, beside what a chunk of 32 tokens and a token take in the same
process: less than one of them says that no other was begun. Then the same prompt is asked again: it reuses exactly what
had been computed when the generation ended, so nothing was computed after that.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.files import standard_files
from bench.prompts import starter_file
from bench.setting import BACKENDS
from bench.worker import generate, started
from phi_ls.wire import Text
from phi_ls.worker.engine import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from phi_ls.inference.client import WorkerClient

PROMPT_CHARACTERS = 4000
NEW_TOKENS = 64
FILLED_CHUNKS = 3.3
"""How far a prompt has come when it is cancelled."""
ANSWERED_TOKENS = 6
QUIET_SECONDS = 0.05
"""Between a cancel and the next request; long for an engine that goes on in spite of it."""


async def measure(backend: str, *, times: int, threads: int) -> dict[str, Any]:
    """Ms from cancel to end, in chunks and in tokens, and what was computed later than it should be."""
    text = standard_files()[0].read_text(encoding="utf-8")[:PROMPT_CHARACTERS]
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder, "journal")
        async with started(
            BACKENDS[backend], starter_file(backend), threads=threads, options={"speculate": "off"}, journal=journal
        ) as client:
            steps = await _steps(client, text)
            later = []
            for number in range(times):
                prompt = [Text(f"# {number}\n{text}")]
                await _cancel_in_prompt(client, prompt, steps["chunk_ms"] * FILLED_CHUNKS / 1000)
                await generate(client, prompt, max_tokens=1)
                later.append(await _cancel_in_answer(client, prompt))
        events = read_events(journal)
    waits = waits_after_cancel(events)
    return {
        "backend": backend,
        "engine": BACKENDS[backend],
        **{name: round(ms, 2) for name, ms in steps.items()},
        "prompt_ms": spread(waits["prompt"]),
        "prompt_chunks": _in_steps(waits["prompt"], steps["chunk_ms"]),
        "answer_ms": spread(waits["answer"]),
        "answer_tokens": _in_steps(waits["answer"], steps["token_ms"]),
        "tokens_arrived_later": max(later),
        "computed_after_the_end": computed_after_the_end(events),
    }


async def _steps(client: WorkerClient, text: str) -> dict[str, float]:
    """What a chunk and a token take, in ms."""
    cold = await generate(client, [Text(text)], max_tokens=1)
    answer = await generate(client, [Text(text)], max_tokens=NEW_TOKENS)
    chunks = cold.statistics.prompt_tokens / CHUNK_TOKENS
    return {
        "chunk_ms": cold.statistics.ms_first_token / chunks,
        "token_ms": answer.decode_seconds / max(answer.statistics.new_tokens - 1, 1) * 1000,
    }


async def _cancel_in_prompt(client: WorkerClient, prompt: Sequence[Text], seconds: float) -> None:
    async with client.generate(prompt, max_tokens=NEW_TOKENS) as stream:
        await asyncio.sleep(seconds)
        stream.cancel()
        async for _chunk in stream:
            pass
    await asyncio.sleep(QUIET_SECONDS)


async def _cancel_in_answer(client: WorkerClient, prompt: Sequence[Text]) -> int:
    """Cancel behind some tokens; how many more there were in the end."""
    received = 0
    async with client.generate(prompt, max_tokens=NEW_TOKENS) as stream:
        async for _chunk in stream:
            received += 1
            if received == ANSWERED_TOKENS:
                stream.cancel()
    await asyncio.sleep(QUIET_SECONDS)
    return max(received - ANSWERED_TOKENS, 0)


def read_events(journal: Path) -> list[dict[str, Any]]:
    """The events of a journal's file."""
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def waits_after_cancel(events: Iterable[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Ms from each cancel to the end of its generation, by where it was: in the prompt or in the answer."""
    asked: dict[int, float] = {}
    waits: dict[str, list[float]] = {"prompt": [], "answer": []}
    for event in events:
        if event["event"] == "cancel":
            asked[event["id"]] = event["t"]
        elif event.get("finish_reason") == "cancelled" and event["id"] in asked:
            where = "answer" if event["new_tokens"] else "prompt"
            waits[where].append((event["t"] - asked.pop(event["id"])) * 1000)
    return waits


def computed_after_the_end(events: Iterable[Mapping[str, Any]]) -> int:
    """Prompt tokens that were found in the cache beyond what a cancelled generation said that it had computed."""
    ended = [event for event in events if event.get("state") == "ended"]
    beyond = 0
    for cancelled, following in pairwise(ended):
        # One that was cancelled before its turn has computed nothing and says so of its prompt, too.
        if cancelled["finish_reason"] == "cancelled" and cancelled["prompt_tokens"] and not cancelled["new_tokens"]:
            computed = cancelled["reused_tokens"] + cancelled["prefilled_tokens"]
            beyond += max(following["reused_tokens"] - computed, 0)
    return beyond


def spread(numbers: Sequence[float]) -> dict[str, float] | None:
    """The median and the highest; None for none."""
    return {"median": round(statistics.median(numbers), 2), "max": round(max(numbers), 2)} if numbers else None


def _in_steps(waits: Sequence[float], step_ms: float) -> float | None:
    return round(statistics.median(waits) / step_ms, 2) if waits else None
