"""`phi-ls explain`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from phi_ls.cli.common import account_json, assistant_for, offset_of, rate_line, read_source, span_of, who_json
from phi_ls.cli.main import print_json
from phi_ls.features.actions import explain
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print an explanation in Markdown."""
    source = read_source(options.file)
    if options.lines:
        span = span_of(source, options.lines)
    else:
        offset = offset_of(source, options.at)
        span = Span(offset, offset)
    return asyncio.run(_run(options, source, span))


async def _run(options: argparse.Namespace, source: Source, span: Span) -> int:
    async with assistant_for(options) as assistant:
        answer = await explain(assistant, source, span, lambda _text: None)
        if options.json:
            print_json({"answer": answer.markdown, **who_json(assistant), **account_json(answer.account)})
            return 0
        print(answer.markdown, end="")
        print(rate_line(assistant, answer.account), file=sys.stderr)
    return 0
