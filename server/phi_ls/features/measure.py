"""`phi-ls doctor --measure`: run every candidate that could, one after the other, and remember what was seen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls.errors import PhiLsError
from phi_ls.inference.supervisor import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.assistant import Assistant
    from phi_ls.inference.select import Candidate


async def measure(assistant: Assistant, tell: Callable[[str], None]) -> None:
    """Measure every candidate that is ready or was found broken; the assistant's records have the figures.

    Nothing may run meanwhile: figures of a busy machine are of no use. Failures are records too, not errors.
    """
    _report, candidates = await asyncio.to_thread(assistant.examine)
    for candidate in candidates:
        if candidate.state in ("ready", "broken") and candidate.key:
            tell(f"measuring {candidate.backend} {candidate.model}, {_precision(candidate)} ...")
            tell(await _measured(assistant, candidate))


async def _measured(assistant: Assistant, candidate: Candidate) -> str:
    fresh = replace(candidate, state="ready", measured=None)
    try:
        client, seen = await load(
            fresh, assistant.journal, threads=assistant.settings.threads, records=assistant.records
        )
    except PhiLsError as error:
        return f"  broken: {error}"
    await client.close()
    record = seen.measured
    if record is None:
        return "  nothing was measured"
    return (
        f"  first line {record.first_line_ms:.0f} ms (first token {record.first_token_ms:.0f}), "
        f"prefill {record.prefill_per_s:.0f} and decode {record.decode_per_s:.0f} tokens/s, {record.memory_mib} MiB, "
        f"prompts of {', '.join(map(str, record.canaries))} tokens answered"
    )


def _precision(candidate: Candidate) -> str:
    return candidate.local.build.precision if candidate.local else ""
