"""How figures come from journals, answers and keys."""

from __future__ import annotations

from typing import Any

import pytest
from bench.bare import parting, portions
from bench.cancel import computed_after_the_end, waits_after_cancel
from bench.peers import Stop, against, compared, summary
from bench.vim_prompt import vim_prompt

from phi_ls.text import Source


def ended(id_: int, at: float, **fields: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": 90, "reused_tokens": 0, "prefilled_tokens": 0, "new_tokens": 0}
    return {"t": at, "event": "generation", "id": id_, "state": "ended", "finish_reason": "end", **counts, **fields}


def cancelled(id_: int, at: float, **fields: Any) -> dict[str, Any]:
    return ended(id_, at, finish_reason="cancelled", **fields)


def test_a_cancel_is_timed_to_the_end_of_its_generation() -> None:
    events = [
        {"t": 1.0, "event": "cancel", "id": 1},
        {"t": 1.001, "event": "cancel", "id": 2},
        cancelled(1, 1.004, prefilled_tokens=32),
        cancelled(2, 1.011, prefilled_tokens=90, new_tokens=3),
        {"t": 2.0, "event": "cancel", "id": 3},
        ended(3, 2.5, new_tokens=9),
    ]
    waits = {where: [round(ms, 3) for ms in found] for where, found in waits_after_cancel(events).items()}
    assert waits == {"prompt": [4.0], "answer": [10.0]}


@pytest.mark.parametrize(
    ("following", "beyond"),
    [
        pytest.param({"reused_tokens": 64, "prefilled_tokens": 26}, 0, id="reuses-what-was-computed"),
        pytest.param({"reused_tokens": 90, "prefilled_tokens": 0}, 26, id="more-was-computed-than-it-said"),
    ],
)
def test_what_is_computed_after_a_cancelled_end_shows_in_the_next_reuse(following: dict[str, int], beyond: int) -> None:
    stopped = cancelled(1, 1.0, reused_tokens=32, prefilled_tokens=32)
    never_begun = cancelled(2, 1.5, prompt_tokens=0)
    assert computed_after_the_end([never_begun, stopped, ended(3, 2.0, **following)]) == beyond


@pytest.mark.parametrize(
    ("other", "at"),
    [
        pytest.param(b"a c", 1, id="another-token"),
        pytest.param(b"a b", 2, id="it-ended-sooner"),
        pytest.param(b"x", 0, id="at-once"),
        pytest.param(b"a b d e", 3, id="it-goes-on-behind-an-end-token"),
    ],
)
def test_answers_part_where_the_plain_one_goes_on_otherwise(other: bytes, at: int) -> None:
    assert parting(other, [b"a", b" b", b" d", b""]) == at


def test_tokens_come_in_pieces_and_then_in_groups() -> None:
    ways = ((9, 0, 1), (9, 1, 1), (2, 0, 1), (1, 3, 2))
    assert [portions([1, 2, 3, 4], size, tail, group) for size, tail, group in ways] == [
        [[1, 2, 3, 4]], [[1, 2, 3], [4]], [[1, 2], [3, 4]], [[1], [2, 3], [4]],
    ]  # fmt: skip


def test_ratios_are_of_stops_where_both_suggest() -> None:
    ours = [Stop(1, 5.0, "x"), Stop(2, 50.0, ""), Stop(3, 20.0, "y")]
    theirs = [Stop(1, 10.0, "x"), Stop(2, 10.0, "x"), Stop(3, 0.5, "z", known=True)]
    assert against({"phi-ls": ours, "llama-server": theirs})["ratios"] == {
        "phi-ls / llama-server": {"n": 2, "median": 2.0, "p90": 2.0, "median_of_pairs": 20.25},
        "phi-ls / llama-server, where that was asked": {"n": 1, "median": 0.5, "p90": 0.5, "median_of_pairs": 0.5},
    }


def test_a_ratio_of_medians_is_no_median_of_ratios() -> None:
    both = [(1.0, 10.0), (6.0, 3.0), (9.0, 9.0)]
    assert compared(both) == {"n": 3, "median": round(6 / 9, 3), "p90": 0.9, "median_of_pairs": 1.0}


def test_stops_without_a_suggestion_have_no_time_to_one() -> None:
    assert summary([Stop(1, 10.0, "x"), Stop(2, 3000.0, "")]) == {
        "stops": 2, "shown": 1, "known": 0, "p50": 10.0, "p90": 10.0, "answer_p50": 3000.0, "answer_p90": 3000.0,
        "ms": [10.0, None],
    }  # fmt: skip


def test_the_peer_reads_the_lines_above_then_those_below_then_the_line() -> None:
    text = "import os\n\n\ndef home():\n    return os.\n\n\nprint(home())\n"
    offset = text.index("os.\n") + 3
    assert vim_prompt(Source("file:///project/a.py", "python", 0, text), offset) == (
        "<|user|>\nComplete the line in a.py\n# Context\nimport os\n\n\ndef home():\n\n# After\n\n\n\nprint(home())\n"
        "<|end|>\n<|assistant|>\n    return os."
    )
