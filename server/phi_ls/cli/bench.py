"""`phi-ls bench`: measure every backend that is ready here, or the one that was named."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import settings_for
from phi_ls.cli.main import print_json
from phi_ls.evaluation import lookup_speed
from phi_ls.evaluation.bench import measure
from phi_ls.evaluation.scale import per_key
from phi_ls.features.assistant import Assistant
from phi_ls.settings import BackendName, Settings

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print the figures of each backend, or of lookups."""
    if options.lookup:
        return _lookups(json=options.json)
    settings = settings_for(options)
    found = []
    for name in _backends(settings):
        if not options.json:
            print(f"measuring {name.value} ...", file=sys.stderr)
        found.append(asyncio.run(measure(replace(settings, backend=name))))
    if not options.json:
        print("measuring the server without a model ...", file=sys.stderr)
    server = asyncio.run(per_key())
    if options.json:
        print_json({"backends": found, "server_ms_per_key": server})
    else:
        print("\n\n".join([*(_text(result) for result in found), _server_text(server)]))
    return 0


def _lookups(*, json: bool) -> int:
    found = lookup_speed.measure()
    if json:
        print_json(found)
    else:
        print(
            f"{found['queries']} lookups in {found['text_mb']} MB of text; the index takes {found['memory_mb']} MB\n"
            f"  waiting    {found['ms_p50']} ms p50, {found['ms_p99']} ms p99, {found['ms_max']} ms at most\n"
            f"  computing  {found['cpu_ms_p50']} ms p50, {found['cpu_ms_p99']} ms p99, {found['cpu_ms_max']} ms at most"
        )
    return 0


def _backends(settings: Settings) -> list[BackendName]:
    if settings.backend is not BackendName.AUTO:
        return [settings.backend]
    _report, candidates = Assistant(settings).examine()
    ready = dict.fromkeys(c.backend for c in candidates if c.state == "ready")
    return [BackendName(name) for name in ready]


def _text(result: dict[str, Any]) -> str:
    first, cancel, hover = result["first_token_ms"], result["cancel_to_idle_ms"], result["hover_ms"]
    cached, null = hover["cached"], hover["null"]
    return "\n".join(
        (
            f"{result['backend']} ({result['engine']}), {result['model']}",
            f"  prefill          {result['prefill_tokens_per_s']} tokens/s over {result['prompt_tokens']} tokens",
            f"  decode           {result['decode_tokens_per_s']} tokens/s",
            f"  first token      {first['cold']} ms cold, {first['typed']} ms after typing: {result['reuse_ratio']}x",
            f"  cancel to idle   {cancel['median']} ms median, {cancel['max']} ms at most",
            f"  hover under load {cached['p50']} ms p50, {cached['p99']} ms p99 of {cached['n']} with an explanation; "
            f"{hover['explanations_meanwhile']} explanations meanwhile",
            f"  loop echo        {null['p50']} ms p50, {null['p99']} ms p99 (null hovers, under the same load)",
        )
    )


def _server_text(server: dict[str, dict[str, float]]) -> str:
    rows = [f"  {int(lines):>6,} lines     {row['p50']} ms p50, {row['p90']} ms p90" for lines, row in server.items()]
    return "\n".join(("server time for a key, without a model", *rows))
