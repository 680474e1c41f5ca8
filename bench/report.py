"""The report of a run as Markdown: the machine, the bars, and each part's figures with what is needed to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.bars import Bar, number
from bench.files import NAMES
from bench.setting import SAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

PEER = "llama-server"
KEYSTROKES, TOKENS, SUGGESTIONS = "time-per-keystroke.png", "tokens-prefilled.png", "time-to-suggestion.png"
"""The pictures, beside the report."""
HEAD = """\
# What phi-ls costs on one machine

Written by `make bench`. Ratios are of this run only; other machines and other minutes give other times.
"""
TYPING = """\
A stretch of each of {files}
is taken out and typed again through the server, key by key. An ideal accepter takes a suggestion exactly when all of
it is what the file holds next. `steady` is a key every 120 ms; `bursts` is 60 ms within
words and 450 ms at their ends; `corrections` is `steady` with a wrong key now and then. Each file's first prompt is
left out of the prefill counts. A key counts as answered without the model when its answer, be it "nothing here",
took no work of the model; a key that the next one overtook counts as not answered.
"""
PEERS = """\
The same GGUF file ({model}), the same keystrokes, at most 96 tokens, greedy, the answer ends with its line. phi-ls
takes the threads that it takes by itself (one for so small a model), the others {threads}, which is their own rule.
Nobody accepts anything. Bursts of four keys, 80 ms apart, then a stop of up to 3 s; only the stops are timed. Everybody
is asked at every key without a delay (`debounceMs` 0), and is told at the next key that the last answer is not wanted.
`llama-server` is asked as llama.vim asks it: lines above, lines below, the line up to the cursor as the beginning of
the answer, as many characters as ours, `cache_prompt`, `--cache-reuse 256`, and a client that shows the rest of a known
suggestion without asking ("known" counts those). "our prompt" is the same server with the text of our prompt. `Llama`
is llama-cpp-python's, with our prompt, streamed, and stopped between two tokens; its client knows, too.

What phi-ls does besides: it parses, words and cleans (no syntax error is added, no suffix repeated), heals half-typed
words, reads each token's probability, and sends the text over LSP; a generation that agrees with what is typed goes on,
and lookup answers first where it is sure ("model only" is without lookup).
"""
ENGINES = """\
A token of this small model takes less than a millisecond, of which the worker's own work is a part that can be seen: it
reads all scores and takes the token's probability (about 40 microseconds), turns tokens into text and sends it. With
more than one thread the threads of so small a model wait for each other most of the time (the worker makes them wait
without spinning, so that an editor beside it is not starved), and whatever else wakes up, its own client too, makes
them wait longer; so llama.cpp gets one for such a model. At real size a token takes a hundred times as long; see below.
"""
EQUALITY = """\
Prompts of somebody who types in five files, deletes, goes on and asks in between. The worker reuses prefixes in several
sequences and verifies guesses (speculation on, healing off); the bare engine reads each prompt anew, in one piece, one
token at a time. The sequences of llama.cpp share one memory, in which later tokens may lie before earlier ones, and
what is summed over them is then rounded in another way; with several threads so is what comes in other portions. So two
tokens with nearly the same score may change places. A difference is explained when the bare engine, with an empty
memory, goes on as phi-ls did once it reads the same tokens in other portions, while another text comes and goes between
them.
"""
REAL = """\
A GGUF file of Phi-3-mini-4k's shape (32 layers, width 3072, vocabulary 32,064; Q4_0, {size} GB, written in {seconds} s)
with random weights: it costs what the real one costs. A key is one more character behind a prompt that was read before,
up to the first new token. The cold ratio is what a prompt of {tokens} tokens costs when nothing is reused, in keys.
"""

REAL_ONNX = """\
The same width for onnxruntime-genai, with {layers} of the 32 layers: random int4 weights in blocks of 32, accuracy
level 4, by its own model builder.
"""


def bars(results: Mapping[str, Any]) -> list[Bar]:
    """Every bar of the parts that were measured."""
    return [
        *_typing_bars(results.get("typing") or []),
        *_server_bars(results.get("server")),
        *(bar for row in results.get("engines") or [] for bar in _engine_bars(row)),
        *_peer_bars(results.get("peers")),
        *(bar for row in results.get("equality") or [] for bar in _equality_bars(row)),
        *_real_bars(results.get("real_scale")),
    ]


def text_of(results: Mapping[str, Any]) -> str:
    """The whole report."""
    parts = [HEAD, _machine(results), _bars(bars(results))]
    for name, write in (
        ("typing", _typing),
        ("server", _server),
        ("engines", _engines),
        ("peers", _peers),
        ("equality", _equality),
        ("real_scale", _real_scale),
    ):
        if results.get(name):
            parts.append(write(results))
    return "\n".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers with three digits."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    return value if isinstance(value, str) else number(value if isinstance(value, int | float) else None)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _machine(results: Mapping[str, Any]) -> str:
    rows = [(name, value) for name, value in results["machine"].items()]
    rows += [("threads", str(results["threads"])), ("setting", SAID)]
    rows += [("used by others before", f"{results['others_percent']:.0f} % of the processor")]
    rows += [("took", f"{number(results.get('minutes'))} minutes")]
    if results.get("llama_server"):
        rows.append((PEER, results["llama_server"]))
    return table(("machine", ""), rows)


def _bars(found: Sequence[Bar]) -> str:
    rows = [(bar.what, number(bar.found) + bar.unit, bar.verdict) for bar in found]
    return "## Bars\n\n" + table(("what", "found", "bar"), rows)


def _typing_bars(runs: Sequence[Mapping[str, Any]]) -> list[Bar]:
    found = []
    for run in [run for run in runs if "steady" in run["name"] and "off" not in run["name"]]:
        prefilled, name = run["prefilled_per_key"], run["name"]
        unaided = run["without_model"]
        found += [
            Bar(f"{name}: tokens prefilled per key, median", prefilled["median"], "<=", 8),
            Bar(f"{name}: tokens prefilled per key, mean", prefilled["mean"], "<=", 20),
            Bar(f"{name}: keys answered without the model", unaided and round(unaided * 100, 1), ">=", 40, " %"),
        ]
    return found


def _typing(results: Mapping[str, Any]) -> str:
    runs = results["typing"]
    rows = [
        (
            run["name"],
            run["keys"],
            f"{number(run['prefilled_per_key']['median'])} / {number(run['prefilled_per_key']['mean'])}",
            _percent(run["without_model"]),
            _percent(run["overtaken"]),
            f"{number(run['time_to_suggestion_ms']['p50'])} / {number(run['time_to_suggestion_ms']['p90'])}",
            _percent(run["keys_saved"]),
            _percent(run["characters_completed"]),
            _percent(run["shown_wrong"]),
            _percent(run["wasted_tokens"]),
            ", ".join(f"{name} {count}" for name, count in run["suggestions_by_source"].items()),
        )
        for run in runs
    ]
    head = (
        "run", "keys", "tokens prefilled per key, median / mean", "answered without the model", "overtaken",
        "ms to a suggestion, p50 / p90", "keys saved", "characters completed", "shown but wrong", "tokens wasted",
        "suggestions by source",
    )  # fmt: skip
    pictures = f"\n![Time per keystroke]({KEYSTROKES})\n\n![Tokens prefilled]({TOKENS})\n"
    return "## Typing\n\n" + TYPING.format(files=", ".join(NAMES)) + "\n" + table(head, rows) + pictures


def _server_bars(found: Mapping[str, Any] | None) -> list[Bar]:
    if not found:
        return []
    ratio = found["50000"]["p50"] / found["1000"]["p50"]
    return [
        Bar("server time for a key without the model, 10,000 lines, p50", found["10000"]["p50"], "<=", 10, " ms"),
        Bar("server time at 50,000 lines / at 1,000 lines, p50", round(ratio, 2), "<=", 1.5),
    ]


def _server(results: Mapping[str, Any]) -> str:
    rows = [(f"{int(lines):,} lines", row["p50"], row["p90"]) for lines, row in results["server"].items()]
    said = "From a key to its answer with an engine that costs nothing.\n\n"
    return "## The server without a model\n\n" + said + table(("file", "p50 ms", "p90 ms"), rows)


def _engine_bars(row: Mapping[str, Any]) -> list[Bar]:
    decode, cancel, name = row["decode"], row["cancel"], row["engine"]
    return [
        Bar(f"{name}: decode tokens/s against the bare engine", decode["ratio"], ">=", 0.95),
        Bar(f"{name}: the same with one thread each", row["decode_one_thread"]["ratio"], ">=", 0.95),
        Bar(f"{name}: cancel in a prompt, in chunks of 32 tokens", cancel["prompt_chunks"], "<=", 1),
        Bar(f"{name}: cancel in an answer, in tokens", cancel["answer_tokens"], "<=", 1),
        Bar(f"{name}: prompt tokens computed after a cancelled end", cancel["computed_after_the_end"], "<=", 0),
    ]


def _engines(results: Mapping[str, Any]) -> str:
    head = ("", *(f"{row['backend']} ({row['engine']})" for row in results["engines"]))
    rows = results["engines"]
    figures: list[tuple[str, list[object]]] = [
        ("threads, as phi-ls takes them by itself", [row["threads"] for row in rows]),
        ("prefill, tokens/s", [row["prefill_tokens_per_s"] for row in rows]),
        ("first token, cold prompt, ms", [row["first_token_ms"]["cold"] for row in rows]),
        ("first token, some keys later, ms", [row["first_token_ms"]["typed"] for row in rows]),
        ("decode, tokens/s", [row["decode"]["tokens_per_s"] for row in rows]),
        ("decode of the bare engine, tokens/s", [row["decode"]["bare_tokens_per_s"] for row in rows]),
        ("ratio, median of runs in turns", [row["decode"]["ratio"] for row in rows]),
        ("decode with one thread, tokens/s", [row["decode_one_thread"]["tokens_per_s"] for row in rows]),
        ("decode of the bare engine with one thread", [row["decode_one_thread"]["bare_tokens_per_s"] for row in rows]),
        ("a chunk of 32 tokens / a token, ms", [_pair(row["cancel"], "chunk_ms", "token_ms") for row in rows]),
        ("cancel in a prompt, median / most, ms", [_spread(row["cancel"]["prompt_ms"]) for row in rows]),
        ("cancel in an answer, median / most, ms", [_spread(row["cancel"]["answer_ms"]) for row in rows]),
        ("tokens that arrived after the cancel, most", [row["cancel"]["tokens_arrived_later"] for row in rows]),
        ("hover with explanation under load, p50 / p99 ms", [_pair(row["hover_ms"]["cached"]) for row in rows]),
        ("loop echo (null hover) under load, p50 / p99 ms", [_pair(row["hover_ms"]["null"]) for row in rows]),
    ]
    return (
        "## Engines on the starter model\n\n"
        + ENGINES
        + "\n"
        + table(head, [(name, *cells) for name, cells in figures])
    )


def _pair(row: Mapping[str, Any], first: str = "p50", second: str = "p99") -> str:
    return f"{number(row[first])} / {number(row[second])}"


def _spread(row: Mapping[str, Any] | None) -> str:
    return _pair(row, "median", "max") if row else "-"


def _peer_bars(found: Mapping[str, Any] | None) -> list[Bar]:
    if not found:
        return []
    ratio = found["ratios"].get(f"phi-ls / {PEER}") or {}
    return [
        Bar(f"time to a suggestion, phi-ls / {PEER}, medians", ratio.get("median"), "<=", 0.8),
        Bar(f"time to a suggestion, phi-ls / {PEER}, 90th percentiles", ratio.get("p90"), "<=", 1.0),
    ]


def _peers(results: Mapping[str, Any]) -> str:
    found = results["peers"]
    systems = table(
        ("system", "stops", "with a suggestion", "known", "ms to it, p50", "p90", "ms to any answer, p50", "p90"),
        [
            (
                name,
                row["stops"],
                row["shown"],
                row["known"],
                row["p50"],
                row["p90"],
                row["answer_p50"],
                row["answer_p90"],
            )
            for name, row in found["systems"].items()
        ],
    )
    ratios = table(
        ("ratio, at stops where both suggest", "stops", "medians", "90th percentiles", "median of the pairs"),
        [(name, row["n"], row["median"], row["p90"], row["median_of_pairs"]) for name, row in found["ratios"].items()],
    )
    said = PEERS.format(model=found["model"], threads=results["threads"])
    picture = f"\n![Time to a suggestion]({SUGGESTIONS})\n"
    return f"## Against peers\n\n{said}\n{systems}\n{ratios}{picture}"


def _equality_bars(row: Mapping[str, Any]) -> list[Bar]:
    unexplained = row["prompts"] - row["equal"] - row["explained"]
    return [
        Bar(f"{row['engine']}: of {row['prompts']} answers, unlike a fresh one without a reason", unexplained, "<=", 0)
    ]


def _equality(results: Mapping[str, Any]) -> str:
    head = (
        "engine",
        "prompts",
        "equal",
        "explained by rounding",
        "widest margin, nats",
        "reused",
        "guesses that came true",
    )
    rows = [
        (
            row["engine"], row["prompts"], row["equal"], row["explained"],
            max(row["margins"], default=None), _percent(row["reused_share"]), f"{row['accepted']} of {row['drafted']}",
        )
        for row in results["equality"]
    ]  # fmt: skip
    return "## Equality\n\n" + EQUALITY + "\n" + table(head, rows)


def _real_bars(found: Mapping[str, Any] | None) -> list[Bar]:
    if not found:
        return []
    measured = {"llama_cpp": found} | ({"onnx_genai": found["onnx"]} if "onnx" in found else {})
    return [
        bar
        for name, row in measured.items()
        for bar in (
            Bar(f"{name} at real scale: decode tokens/s against the bare engine", row["decode"]["ratio"], ">=", 0.95),
            Bar(f"{name} at real scale: tokens after a cancel", row["phi-ls"]["tokens_after_cancel"], "<=", 1),
        )
    ]


def _real_scale(results: Mapping[str, Any]) -> str:
    found = results["real_scale"]
    ours = found["phi-ls"]
    names = [name for name in ("phi-ls", PEER) if name in found]
    rows: list[tuple[str, str]] = [
        ("cold_ms_per_token", "cold prompt, ms per token"),
        ("key_ms", "one more key, ms to the first token"),
        ("decode_ms_per_token", "decode, ms per token"),
        ("next_after_cancel_ms", "a new prompt, asked 1 s into a prompt that is cancelled, ms"),
    ]
    said = REAL.format(size=found["file_gb"], seconds=found["written_s"], tokens=ours["prompt_tokens"])
    figures = table(("", *names), [(said_, *(found[name].get(key) for name in names)) for key, said_ in rows])
    parts = ["## At real scale", said, figures, _beside_the_engine(found)]
    if "onnx" in found:
        onnx = found["onnx"]
        parts.append(REAL_ONNX.format(layers=onnx["layers"]))
        parts.append(table(("", "phi-ls"), [(said_, onnx["phi-ls"].get(key)) for key, said_ in rows]))
        parts.append(_beside_the_engine(onnx))
    return "\n".join(part if part.endswith("\n") else part + "\n" for part in parts)


def _beside_the_engine(found: Mapping[str, Any]) -> str:
    ours, decode = found["phi-ls"], found["decode"]
    cold = ours["cold_ms_per_token"] * ours["prompt_tokens"] / ours["key_ms"]
    return (
        f"Decode in turns with the bare engine: {number(decode['tokens_per_s'])} and "
        f"{number(decode['bare_tokens_per_s'])} tokens/s, ratio {number(decode['ratio'])} ({decode['rounds']} turns). "
        f"A cold prompt costs {cold:.0f} keys. A key feeds {number(ours['key_tokens'])} tokens. After a cancel in an "
        f"answer {ours['tokens_after_cancel']} more tokens came; from a cancel to an idle engine it took "
        f"{_spread(ours['cancel_to_idle_ms'])} ms (median / most), where 32 tokens of a prompt take "
        f"{number(ours['chunk_ms'])} ms.\n"
    )
