"""`phi-ls bench`: what this machine's backends do, as ratios within one run where that is possible.

* prefill and decode speed, in tokens per second;
* prefix reuse: the time to the first token after a few typed characters against that of the cold prompt;
* cancel: from asking to stop until the engine is idle, in ms;
* hover under load: latency of hovers while the model generates, through a real server, in ms.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import TYPE_CHECKING, Any

from phi_ls import wire
from phi_ls.errors import PhiLsError
from phi_ls.evaluation.rpc import Connection
from phi_ls.features.assistant import Assistant

if TYPE_CHECKING:
    from phi_ls.inference.client import WorkerClient
    from phi_ls.settings import Settings

PROMPT_CHARACTERS = 3000
NEW_TOKENS = 64
REPEATS = 3
HOVERS = 100
LOAD_SECONDS = 600.0
LINES_PER_FUNCTION = 5
MOST_TRIED = 10

_LINES = "".join(
    f"def step_{i}(value, other):\n    total = value * {i} + other\n    return total - step_{i - 1}(other, value)\n\n\n"
    for i in range(1, 60)
)


async def measure(settings: Settings) -> dict[str, Any]:
    """Everything for the backend that `settings` choose. Raises `NoBackend` when there is none."""
    assistant = Assistant(settings)
    await assistant.start()
    try:
        client = await assistant.supervisor.client()
        status = assistant.status
        result: dict[str, Any] = {"backend": status.backend, "engine": status.engine, "model": status.model}
        result |= await _engine(client)
    finally:
        await assistant.close()
    options = {"backend": status.backend, "hover": {"mode": "onDemand"}}
    result["hover_ms"] = await hover_under_load(options)
    return result


async def _engine(client: WorkerClient) -> dict[str, Any]:
    cold, decode, warm, cancel = [], [], [], []
    prompt_tokens = 0
    for repeat in range(REPEATS):
        # A first line of its own makes each prompt cold.
        text = f"# attempt {repeat}\n" + _LINES[:PROMPT_CHARACTERS]
        done = await _once(client, text, NEW_TOKENS)
        prompt_tokens = done.prompt_tokens
        cold.append(done.ms_first_token)
        spent = done.ms_total - done.ms_first_token
        if done.new_tokens > 1 and spent > 0:
            decode.append((done.new_tokens - 1) / spent * 1000)
        warm.append((await _once(client, text + "tot", 1)).ms_first_token)
        cancel.append(await _cancel(client, f"# other {repeat}\n" + _LINES[:PROMPT_CHARACTERS]))
    return {
        "prompt_tokens": prompt_tokens,
        "prefill_tokens_per_s": round(prompt_tokens / statistics.median(cold) * 1000, 1),
        "decode_tokens_per_s": round(statistics.median(decode), 1) if decode else None,
        "first_token_ms": {"cold": round(statistics.median(cold), 2), "typed": round(statistics.median(warm), 2)},
        "reuse_ratio": round(statistics.median(cold) / statistics.median(warm), 1),
        "cancel_to_idle_ms": {"median": round(statistics.median(cancel), 2), "max": round(max(cancel), 2)},
    }


async def _once(client: WorkerClient, text: str, new_tokens: int) -> wire.Statistics:
    async with client.generate((wire.Text(text),), max_tokens=new_tokens) as stream:
        async for _chunk in stream:
            pass
    if stream.done is None:
        raise PhiLsError("wanted a finished generation, found an open one")
    return stream.done.statistics


async def _cancel(client: WorkerClient, text: str) -> float:
    """Ms from the cancel until the worker said that the generation is over, in the middle of a cold prompt."""
    async with client.generate((wire.Text(text),), max_tokens=NEW_TOKENS) as stream:
        await asyncio.sleep(0.005)
        asked = time.perf_counter()
        stream.cancel()
        async for _chunk in stream:
            pass
    return (time.perf_counter() - asked) * 1000


async def hover_under_load(settings: dict[str, Any]) -> dict[str, Any]:
    """Latencies of hovers while explanations of other functions are being generated: with an explanation, and null."""
    uri = "untitled:bench.py"
    async with Connection(settings) as server:
        await server.open(uri, "python", _LINES)
        await server.loaded(LOAD_SECONDS)
        explained = 0
        while not await _explain(server, uri, explained):
            explained += LINES_PER_FUNCTION
            if explained > MOST_TRIED * LINES_PER_FUNCTION:
                raise PhiLsError("wanted one explained function, found that the model says nothing of any")
        stop = asyncio.Event()
        load = asyncio.create_task(_explain_until(server, uri, explained + LINES_PER_FUNCTION, stop))
        cached, null = [], []
        try:
            for _ in range(HOVERS):
                cached.append(await _hover(server, uri, explained, wanted=True))
                null.append(await _hover(server, uri, explained + LINES_PER_FUNCTION - 1, wanted=False))
        finally:
            stop.set()
            meanwhile = await load
    return {"cached": _spread(cached), "null": _spread(null), "explanations_meanwhile": meanwhile}


async def _hover(server: Connection, uri: str, line: int, *, wanted: bool) -> float:
    """Ms to the answer, and a short pause after it. Raises `PhiLsError` when the answer is not of the wanted kind."""
    began = time.perf_counter()
    answer = await server.request("textDocument/hover", _at(uri, line))
    spent = (time.perf_counter() - began) * 1000
    if (answer is not None) is not wanted:
        raise PhiLsError(f"line {line + 1}: wanted {'a hover' if wanted else 'no hover'}, found the opposite")
    await asyncio.sleep(0.005)
    return spent


def _spread(latencies: list[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    p99 = ordered[int(len(ordered) * 0.99) - 1]
    return {"n": len(ordered), "p50": round(ordered[len(ordered) // 2], 2), "p99": round(p99, 2)}


async def _explain(server: Connection, uri: str, line: int) -> bool:
    """Ask for the explanation of the function at a line; False when the model had nothing to say."""
    position = {"line": line, "character": 5}
    argument = {"uri": uri, "range": {"start": position, "end": position}}
    try:
        await server.request("workspace/executeCommand", {"command": "phi.server.explain", "arguments": [argument]})
    except PhiLsError:
        return False
    return True


async def _explain_until(server: Connection, uri: str, line: int, stop: asyncio.Event) -> int:
    """Keep the model busy; the number of explanations that were asked for."""
    asked = 0
    while not stop.is_set():
        await _explain(server, uri, line + LINES_PER_FUNCTION * (asked % 40))
        asked += 1
    return asked


def _at(uri: str, line: int) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": 5}}
