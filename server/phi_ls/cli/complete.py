"""`phi-ls complete`: the main job once."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import (
    account_json,
    assistant_for,
    offset_of,
    position_json,
    rate_line,
    read_source,
    who_json,
)
from phi_ls.cli.main import print_json
from phi_ls.errors import PhiLsError
from phi_ls.features.inline_completion import Offer, Trigger, complete

if TYPE_CHECKING:
    import argparse

    from phi_ls.features.assistant import Assistant
    from phi_ls.text import Source


def run(options: argparse.Namespace) -> int:
    """Print what could stand at the position."""
    source = read_source(options.file)
    offset = offset_of(source, options.at)
    return asyncio.run(_run(options, source, offset))


async def _run(options: argparse.Namespace, source: Source, offset: int) -> int:
    async with assistant_for(options) as assistant:
        await assistant.supervisor.client()
        offer = await complete(assistant, source, offset, trigger=Trigger.INVOKED)
        if offer.gate.startswith("error: "):
            raise PhiLsError(offer.gate.removeprefix("error: "))
        if options.json:
            print_json(_json(assistant, source, offset, offer))
            return 0
        print(offer.text if offer.text else f"(nothing to offer: {offer.gate})")
        if offer.came_from == "lookup":
            print("found by lookup, since the model had nothing to add:", file=sys.stderr)
        print(rate_line(assistant, offer.account), file=sys.stderr)
        if assistant.status.starter:
            print(assistant.status.message, file=sys.stderr)
    return 0


def _json(assistant: Assistant, source: Source, offset: int, offer: Offer) -> dict[str, Any]:
    span = offer.span if offer.text else None
    document = {
        "text": offer.text,
        "source": offer.came_from,
        "range": {
            "start": position_json(source, span.start if span else offset),
            "end": position_json(source, span.end if span else offset),
        },
        **who_json(assistant),
        **account_json(offer.account),
        "ms": {
            "total": round(offer.ms_total, 3),
            "context": round(offer.ms_context, 3),
            "queue": round(offer.account.ms_queue, 3),
            "first_token": round(offer.account.ms_first_token, 3),
            "engine": round(offer.account.ms_engine, 3),
        },
    }
    if not offer.text:
        document["gate"] = offer.gate
    return document
