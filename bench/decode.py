"""Decode speed of the worker against its bare engine, in turns within one run.

The worker's time is its client's: from the arrival of the first token to the message that the answer is done, so
probabilities, text, pipes and Python are in it. The bare engine's is from the end of the prompt to its last token.
"""

from __future__ import annotations

import statistics
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from bench.child import child
from bench.files import standard_files
from bench.prompts import starter_file
from bench.setting import BACKENDS
from bench.worker import CONTEXT_TOKENS, generate, started
from phi_ls.wire import Text, record_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from bench.child import Child
    from phi_ls.inference.client import WorkerClient

PROMPT_CHARACTERS = 600
LEAST_TOKENS = 64
MOST_TOKENS = 160
STARTS = 4


async def measure(backend: str, *, rounds: int, threads: int) -> dict[str, Any]:
    """Tokens per second of both, and the median of the ratios of neighbouring runs."""
    engine, model = BACKENDS[backend], starter_file(backend)
    texts = [file.read_text(encoding="utf-8") for file in standard_files()]
    # Plain text from the middle of a file: the model goes on with it for as long as it is let.
    parts = [
        (Text(text[at : at + PROMPT_CHARACTERS]),) for at in range(2000, 2000 + 500 * rounds, 500) for text in texts
    ]
    return {"backend": backend, "engine": engine, **await in_turns(engine, model, parts, rounds, threads)}


async def in_turns(
    engine: str,
    model: Path,
    prompts: Sequence[tuple[Text, ...]],
    rounds: int,
    threads: int,
    *,
    tokens: int = MOST_TOKENS,
    least: int = LEAST_TOKENS,
) -> dict[str, Any]:
    """The figures of up to `rounds` answers of `least` to `tokens` tokens.

    Both are started `STARTS` times, each of them first in turn: where in memory a process has its weights makes up to
    a fifth of a token's time, and who loads them later often has the better place.
    """
    ours: list[float] = []
    plain: list[float] = []
    left = iter(prompts)
    for start in range(1, STARTS + 1):
        async with _both(engine, model, threads, bare_first=start % 2 == 0) as (client, bare):
            while len(ours) < rounds * start // STARTS and (parts := next(left, None)) is not None:
                answer = await generate(client, parts, max_tokens=tokens)
                count = answer.statistics.new_tokens
                if count < least:
                    continue
                records = [record_of(part) for part in parts]
                other = await bare.ask({"parts": records, "tokens": count})
                # The first token comes with the prompt.
                ours.append((count - 1) / answer.decode_seconds)
                plain.append((count - 1) / other["decode_seconds"])
    ratios = [one / other for one, other in zip(ours, plain, strict=True)]
    return {
        "rounds": len(ratios),
        "tokens_per_s": round(statistics.median(ours), 1) if ours else None,
        "bare_tokens_per_s": round(statistics.median(plain), 1) if plain else None,
        "ratio": round(statistics.median(ratios), 3) if ratios else None,
    }


@asynccontextmanager
async def _both(
    engine: str, model: Path, threads: int, *, bare_first: bool
) -> AsyncGenerator[tuple[WorkerClient, Child], None]:
    plain = child("bench.bare", engine, str(model), str(threads), str(CONTEXT_TOKENS))
    ours = started(engine, model, threads=threads, options={"speculate": "off"})
    async with AsyncExitStack() as stack:
        if bare_first:
            bare = await stack.enter_async_context(plain)
            yield await stack.enter_async_context(ours), bare
        else:
            client = await stack.enter_async_context(ours)
            yield client, await stack.enter_async_context(plain)
