"""Whether reuse and speculation change what is written: the worker's answers against fresh, plain generations.

The worker keeps several sequences, reuses their prefixes and verifies guesses; the bare engine reads each prompt from
its beginning in one piece and takes one token at a time. An engine's arithmetic rounds in another way when the same
tokens come in other portions, so two tokens with nearly the same score may change places. A difference is explained
when the bare engine itself, with an empty cache, goes on as the worker did once it reads the same tokens in other
portions; then neither reuse nor guessing had a part in it.
"""

from __future__ import annotations

from typing import Any

from bench.child import child
from bench.files import standard_files
from bench.prompts import NEW_TOKENS, questions, starter_file
from bench.setting import BACKENDS
from bench.worker import CONTEXT_TOKENS, generate, started
from phi_ls.wire import record_of


async def measure(backend: str, *, prompts: int, threads: int) -> dict[str, Any]:
    """How many answers are the same, and by how much the two best scores differed where they are not."""
    engine, model = BACKENDS[backend], starter_file(backend)
    asked = questions(standard_files(), prompts)
    options = {"speculate": "on", "sequences": "2"}
    parted: list[dict[str, Any]] = []
    reused = prompt_tokens = drafted = accepted = 0
    async with (
        started(engine, model, threads=threads, options=options) as client,
        child("bench.bare", engine, str(model), str(threads), str(CONTEXT_TOKENS)) as bare,
    ):
        for one in asked:
            ours = await generate(
                client, one.parts, max_tokens=NEW_TOKENS, sequence=one.sequence, drafts=one.drafts, heal=False
            )
            records = [record_of(part) for part in one.parts]
            request = {"parts": records, "tokens": NEW_TOKENS, "margins": True, "other": ours.text}
            plain = await bare.ask(request)
            if ours.text != plain["text"]:
                parted.append(plain)
            numbers = ours.statistics
            reused += numbers.reused_tokens
            prompt_tokens += numbers.prompt_tokens
            drafted += numbers.drafted_tokens
            accepted += numbers.accepted_tokens
    return {
        "backend": backend,
        "engine": engine,
        "prompts": len(asked),
        "equal": len(asked) - len(parted),
        "explained": sum(plain["by_portions"] for plain in parted),
        "margins": [round(plain["margin"], 4) for plain in parted],
        "reused_share": round(reused / prompt_tokens, 3),
        "drafted": drafted,
        "accepted": accepted,
    }
