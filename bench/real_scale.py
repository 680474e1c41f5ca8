"""What a key costs with a model of real size: Phi-3-mini's shape and random weights, as Q4_0 and as int4 for ONNX.

The text that it writes is noise, so nothing is suggested; measured is the time to the first token. Cold: the whole
prompt. A key: a few more characters at the end of the prompt that was read before. ONNX has some of the layers only.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import phi3_onnx
from bench.cancel import read_events
from bench.decode import in_turns
from bench.files import standard_files
from bench.llama_server import llama_server
from bench.phi3_shape import write
from bench.prompts import starter_file
from bench.worker import generate, started
from phi_ls.wire import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.llama_server import LlamaServer
    from phi_ls.inference.client import WorkerClient

TOOLBOX = Path(".toolbox")
CONTEXT = 2048
PROMPT_CHARACTERS = 1200
TYPED = ("s", "e", "l", "f", ".", "n", "a", "m", "e", " ")
SHORT_CHARACTERS, SHORT_TOKENS, ROUNDS = 60, 12, 16
"""Of the decode speed against the bare engine."""
CANCELS = 3
ANSWERED_TOKENS = 4
BEFORE_CANCEL_SECONDS = 1.0


async def measure(binary: Path | None, *, threads: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds for a token of a cold prompt, for a key and for a new token; what is computed after a cancel."""
    text = standard_files()[0].read_text(encoding="utf-8")[:PROMPT_CHARACTERS]
    with _written() as (model, written):
        say("real scale: phi-ls")
        found = {**written, "phi-ls": await _ours("llama_cpp", model, text, threads)}
        say("real scale: the bare engine")
        found["decode"] = await _beside_bare("llama_cpp", model, text, threads)
        if binary is not None:
            say("real scale: llama-server")
            found["llama-server"] = await _theirs(binary, model, text, threads)
    python = phi3_onnx.python_with_torch()
    if python is not None:
        say("real scale: onnxruntime-genai")
        found["onnx"] = await _onnx(python, text, threads)
    return found


async def _onnx(python: str, text: str, threads: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(dir=TOOLBOX) as folder:
        model = Path(folder, "phi-3-shape-int4")
        builder = await asyncio.create_subprocess_exec(
            python,
            "-m",
            "bench.phi3_onnx",
            str(model),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await builder.communicate()
        if builder.returncode:
            raise RuntimeError(
                f"bench.phi3_onnx ended with {builder.returncode}: {said[-2000:].decode(errors='replace')}"
            )
        return {
            "layers": phi3_onnx.LAYERS,
            "phi-ls": await _ours("onnx_genai", model, text, threads),
            "decode": await _beside_bare("onnx_genai", model, text, threads),
        }


async def _beside_bare(engine: str, model: Path, text: str, threads: int) -> dict[str, Any]:
    """Decode speed of the worker and of its engine alone, in turns."""
    prompts = [(Text(text[at : at + SHORT_CHARACTERS]),) for at in range(0, len(text), SHORT_CHARACTERS)]
    return await in_turns(engine, model, prompts, ROUNDS, threads, tokens=SHORT_TOKENS, least=8)


@contextmanager
def _written() -> Iterator[tuple[Path, dict[str, Any]]]:
    """The file, for as long as the context is open, and what it took to write it."""
    # Beside the checkout's other large files: a folder for temporary files may be kept in memory.
    TOOLBOX.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLBOX) as folder:
        model = Path(folder, "phi-3-shape-q4_0.gguf")
        began = time.perf_counter()
        write(model, starter_file("gguf"))
        seconds = time.perf_counter() - began
        yield model, {"file_gb": round(model.stat().st_size / 1e9, 2), "written_s": round(seconds, 1)}


async def _ours(engine: str, model: Path, text: str, threads: int) -> dict[str, Any]:
    journal = model.with_name("journal")
    options = {"speculate": "off", "sequences": "1"}
    async with started(
        engine, model, threads=threads, options=options, journal=journal, context_tokens=CONTEXT
    ) as client:
        cold = (await generate(client, [Text(text)], max_tokens=1)).statistics
        keys, fed = [], []
        for number in range(len(TYPED)):
            answer = await generate(client, [Text(text + "".join(TYPED[: number + 1]))], max_tokens=1)
            keys.append((answer.ended - answer.asked) * 1000)
            fed.append(answer.statistics.prefilled_tokens)
        decoded = await generate(client, [Text(text)], max_tokens=12)
        token_ms = decoded.decode_seconds / (decoded.statistics.new_tokens - 1) * 1000
        later = [await _cancelled_in_answer(client, text) for _ in range(CANCELS)]
        for number in range(CANCELS):
            await _cancelled_in_prompt(client, f"# {number}\n{text}")
        after_cancel = await _ours_after_cancel(client, text)
    idle = _idle_after_cancel(journal)
    return {
        "prompt_tokens": cold.prompt_tokens,
        "cold_ms_per_token": round(cold.ms_first_token / cold.prompt_tokens, 2),
        "key_ms": round(statistics.median(keys), 1),
        "key_tokens": statistics.median(fed),
        "decode_ms_per_token": round(token_ms, 1),
        "next_after_cancel_ms": round(after_cancel, 1),
        "tokens_after_cancel": max(later),
        "chunk_ms": round(cold.ms_first_token / cold.prompt_tokens * 32, 1),
        "cancel_to_idle_ms": {"median": round(statistics.median(idle), 1), "max": round(max(idle), 1)},
    }


async def _cancelled_in_answer(client: WorkerClient, text: str) -> int:
    """Cancel behind some tokens; the tokens that came after the cancel."""
    received = 0
    async with client.generate([Text(text)], max_tokens=64) as stream:
        async for _chunk in stream:
            received += 1
            if received == ANSWERED_TOKENS:
                stream.cancel()
    return max(received - ANSWERED_TOKENS, 0)


async def _cancelled_in_prompt(client: WorkerClient, text: str) -> None:
    async with client.generate([Text(text)], max_tokens=8) as stream:
        await asyncio.sleep(BEFORE_CANCEL_SECONDS)
        stream.cancel()
        async for _chunk in stream:
            pass


async def _ours_after_cancel(client: WorkerClient, text: str) -> float:
    """Ms that a new prompt waits behind one that was given up a second after it began."""
    async with client.generate([Text(f"# given up\n{text}")], max_tokens=8):
        await asyncio.sleep(BEFORE_CANCEL_SECONDS)
    answer = await generate(client, [Text("x = 1")], max_tokens=1)
    return (answer.ended - answer.asked) * 1000


def _idle_after_cancel(journal: Path) -> list[float]:
    """Ms from each cancel to the worker's word that nothing is computed any more."""
    waits, asked = [], None
    for event in read_events(journal):
        if event["event"] == "cancel":
            asked = event["t"]
        elif event["event"] == "idle" and asked is not None:
            waits.append((event["t"] - asked) * 1000)
            asked = None
    return waits


async def _theirs(binary: Path, model: Path, text: str, threads: int) -> dict[str, Any]:
    async with llama_server(binary, model, threads=threads, context=CONTEXT) as server:
        cold = await server.complete(text, max_tokens=1, stop=())
        timings = cold["timings"]
        keys = []
        for number in range(len(TYPED)):
            began = time.perf_counter()
            await server.complete(text + "".join(TYPED[: number + 1]), max_tokens=1, stop=())
            keys.append((time.perf_counter() - began) * 1000)
        decoded = await server.complete(text, max_tokens=12, stop=())
        after_cancel = await _next_after_cancel(server, text)
    return {
        "prompt_tokens": timings["prompt_n"],
        "cold_ms_per_token": round(timings["prompt_ms"] / timings["prompt_n"], 2),
        "key_ms": round(statistics.median(keys), 1),
        "decode_ms_per_token": round(decoded["timings"]["predicted_ms"] / (decoded["timings"]["predicted_n"] - 1), 1),
        "next_after_cancel_ms": round(after_cancel, 1),
    }


async def _next_after_cancel(server: LlamaServer, text: str) -> float:
    """Ms that a new prompt waits behind one that was given up a second after it began."""
    given_up = asyncio.create_task(server.complete(f"# 0\n{text}", max_tokens=8, stop=()))
    await asyncio.sleep(BEFORE_CANCEL_SECONDS)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    began = time.perf_counter()
    await server.complete("x = 1", max_tokens=1, stop=())
    return (time.perf_counter() - began) * 1000
