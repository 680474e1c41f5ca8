"""`python -m bench`: measure everything, print the report, and write it with its pictures beside this file.

One part after the other on a machine that is otherwise quiet; `--only` names parts for a shorter run, whose report goes
to the folder of `--out`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from bench import cancel, decode, equality, peers, plots, real_scale, server, typing_part
from bench.machine import cores, machine
from bench.report import text_of
from bench.setting import BACKENDS, own_home, own_threads, usual_threads

HERE = Path(__file__).parent
TOOLBOX = HERE.parent / ".toolbox"
PARTS = ("typing", "server", "engines", "peers", "equality", "real_scale")
QUIET_PERCENT = 15.0
MOST_QUIET_SECONDS = 30.0


def main() -> int:
    """Measure, print and write."""
    options = _options()
    started = time.monotonic()
    _say("waiting for a quiet machine")
    results: dict[str, Any] = {"machine": machine(), "others_percent": _quietest(), "llama_server": ""}
    binary = _llama_server()
    if binary is None:
        results["llama_server"] = "llama-server was not built: scripts/setup-llama-server.sh says why"
    asyncio.run(_measure(results, options, binary))
    results["minutes"] = round((time.monotonic() - started) / 60, 1)
    options.out.mkdir(parents=True, exist_ok=True)
    text = text_of(results)
    (options.out / "report.md").write_text(text, encoding="utf-8")
    (options.out / "results.json").write_text(json.dumps(results) + "\n", encoding="utf-8")
    plots.draw(results, options.out)
    sys.stdout.write(text)
    return 0


async def _measure(results: dict[str, Any], options: argparse.Namespace, binary: Path | None) -> None:
    threads = usual_threads(cores())
    results["threads"] = threads
    backends = tuple(BACKENDS)
    with own_home() as home:
        for part in options.only:
            _say(part)
            match part:
                case "typing":
                    results[part] = await typing_part.measure(backends, home, keys=options.keys, say=_say)
                case "server":
                    results[part] = await server.measure()
                case "engines":
                    results[part] = [await _engine(backend, options, home) for backend in backends]
                case "peers":
                    results[part] = await peers.measure(binary, home, keys=options.keys, threads=threads, say=_say)
                case "equality":
                    results[part] = [
                        await equality.measure(backend, prompts=options.prompts, threads=own_threads(backend, cores()))
                        for backend in backends
                    ]
                case _:
                    results[part] = await real_scale.measure(binary, threads=threads, say=_say)


async def _engine(backend: str, options: argparse.Namespace, home: dict[str, str]) -> dict[str, Any]:
    _say(f"engines: {backend}")
    threads = own_threads(backend, cores())
    found = await server.engine(backend, home)
    found["decode"] = await decode.measure(backend, rounds=options.rounds, threads=threads)
    found["threads"] = threads
    found["decode_one_thread"] = await decode.measure(backend, rounds=options.rounds, threads=1)
    found["cancel"] = await cancel.measure(backend, times=options.rounds, threads=threads)
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure phi-ls on this machine.")
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PART,..", help=", ".join(PARTS))
    parser.add_argument("--keys", type=int, default=80, metavar="N", help="keys for each file; 80 if not given")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="of decode and cancel; 15 if not given")
    parser.add_argument("--prompts", type=int, default=200, metavar="N", help="of the equality; 200 if not given")
    parser.add_argument("--out", type=Path, default=HERE, metavar="FOLDER", help="for report.md and the pictures")
    return parser.parse_args()


def _parts(text: str) -> tuple[str, ...]:
    wanted = tuple(text.split(","))
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"wanted some of {', '.join(PARTS)}, found {', '.join(unknown)}")
    return wanted


def _llama_server() -> Path | None:
    """The peer's program, where scripts/setup-llama-server.sh has put it."""
    return next(iter(sorted(TOOLBOX.glob("llama-server-*/llama-server"))), None)


def _quietest() -> float:
    """Wait until others leave the processor alone; what they still use of it, in percent."""
    until = time.monotonic() + MOST_QUIET_SECONDS
    busy = psutil.cpu_percent(interval=2.0)
    while busy > QUIET_PERCENT and time.monotonic() < until:
        busy = psutil.cpu_percent(interval=2.0)
    return busy


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
