"""The report of a run: what it says of made-up results, whole."""

from __future__ import annotations

import pytest
from bench.bars import Bar, number, shown
from bench.report import bars, text_of

from golden_files import check_golden

MACHINE = {"processor": "a processor", "cores": "2", "memory": "24 GiB", "system": "Linux", "phi-ls": "0.1.0"}
RUN = {
    "name": "cpu, steady",
    "keys": 500,
    "prefilled_per_key": {"median": 1.0, "mean": 9.25, "p90": 30.0},
    "time_to_suggestion_ms": {"p50": 8.1, "p90": 41.0, "p99": 90.0},
    "without_model": 0.421,
    "overtaken": 0.1,
    "keys_saved": 0.2,
    "characters_completed": 0.25,
    "shown_wrong": 0.5,
    "wasted_tokens": 0.75,
    "suggestions_by_source": {"cache": 40, "lookup": 12, "model": 30},
}
ENGINE = {
    "backend": "gguf",
    "engine": "llama_cpp",
    "threads": 1,
    "prefill_tokens_per_s": 2500.0,
    "first_token_ms": {"cold": 400.0, "typed": 2.5},
    "hover_ms": {"cached": {"p50": 1.0, "p99": 4.0}, "null": {"p50": 0.5, "p99": 2.0}},
    "decode": {"ratio": 0.96, "tokens_per_s": 960.0, "bare_tokens_per_s": 1000.0},
    "decode_one_thread": {"ratio": 0.97, "tokens_per_s": 970.0, "bare_tokens_per_s": 1000.0},
    "cancel": {
        "chunk_ms": 12.0,
        "token_ms": 1.0,
        "prompt_ms": {"median": 2.0, "max": 6.0},
        "answer_ms": None,
        "prompt_chunks": 0.17,
        "answer_tokens": None,
        "tokens_arrived_later": 1,
        "computed_after_the_end": 0,
    },
}
SYSTEM = {"stops": 25, "shown": 20, "known": 3, "p50": 12.0, "p90": 30.0, "answer_p50": 11.0, "answer_p90": 29.0}
REAL = {
    "decode": {"rounds": 12, "ratio": 0.99, "tokens_per_s": 12.8, "bare_tokens_per_s": 12.9},
    "phi-ls": {
        "prompt_tokens": 400,
        "cold_ms_per_token": 30.0,
        "key_ms": 80.0,
        "key_tokens": 1,
        "decode_ms_per_token": 78.0,
        "next_after_cancel_ms": 120.0,
        "tokens_after_cancel": 0,
        "chunk_ms": 960.0,
        "cancel_to_idle_ms": {"median": 8.0, "max": 15.0},
    },
}
RESULTS = {
    "machine": MACHINE,
    "threads": 2,
    "others_percent": 3.0,
    "minutes": 13.2,
    "typing": [RUN],
    "server": {lines: {"p50": ms, "p90": 2 * ms} for lines, ms in (("1000", 4.0), ("10000", 5.0), ("50000", 5.5))},
    "engines": [ENGINE],
    "peers": {
        "model": "starter.gguf",
        "systems": {"phi-ls": SYSTEM, "llama-server": SYSTEM},
        "ratios": {"phi-ls / llama-server": {"n": 19, "median": 0.7, "p90": 1.2, "median_of_pairs": 0.75}},
    },
    "equality": [
        {
            "engine": "llama_cpp",
            "prompts": 200,
            "equal": 197,
            "explained": 2,
            "margins": [0.01, 0.02, 0.4],
            "reused_share": 0.93,
            "drafted": 90,
            "accepted": 30,
        }
    ],
    "real_scale": {
        "file_gb": 2.15,
        "written_s": 9.0,
        **REAL,
        "onnx": {"layers": 4, **REAL},
        "llama-server": {"cold_ms_per_token": 31.0, "key_ms": 90.0, "decode_ms_per_token": 79.0},
    },
}


def test_the_report_of_a_whole_run() -> None:
    check_golden("bench/report.md", text_of(RESULTS))


def test_the_report_of_a_run_without_the_peer_says_why() -> None:
    results = {"machine": MACHINE, "threads": 2, "others_percent": 40.0, "minutes": 1.0, "llama_server": "no compiler"}
    assert "| llama-server | no compiler |" in text_of(results)


def test_a_bar_that_was_not_measured_does_not_hold() -> None:
    unmeasured = [bar for bar in bars(RESULTS) if bar.holds is None]
    assert [bar.what for bar in unmeasured] == ["llama_cpp: cancel in an answer, in tokens"]


@pytest.mark.parametrize(
    ("bar", "line"),
    [
        pytest.param(Bar("keys", 42.1, ">=", 40, " %"), "keys 42.1 % bar >= 40 %: holds", id="enough"),
        pytest.param(Bar("keys", 39.9, ">=", 40, " %"), "keys 39.9 % bar >= 40 %: does NOT hold", id="too-few"),
        pytest.param(Bar("ratio", 0.8, "<=", 0.8), "ratio 0.8 bar <= 0.8: holds", id="just-so"),
        pytest.param(Bar("ratio", None, "<=", 0.8), "ratio - bar <= 0.8: not measured", id="nothing"),
    ],
)
def test_a_bar_says_what_was_found_and_what_came_of_it(bar: Bar, line: str) -> None:
    assert " ".join(shown(bar).split()) == line


def test_numbers_have_three_digits_that_count() -> None:
    assert [number(value) for value in (None, 0, 0.0123456, 9.875, 123.4, 12345)] == [
        "-", "0", "0.0123", "9.88", "123", "12,345",
    ]  # fmt: skip
