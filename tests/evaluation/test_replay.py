"""What `phi-ls replay` counts, from steps and journals that are written down here, and a whole replay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from phi_ls.evaluation.keys import Key, Rhythm, Typist
from phi_ls.evaluation.replay import Replayed, quantile, share
from phi_ls.evaluation.rpc import Connection
from phi_ls.evaluation.session import Document, Session, Step, Tally

if TYPE_CHECKING:
    from pathlib import Path


def generation(at: float, **fields: int) -> dict[str, Any]:
    counts = {"prompt_tokens": 100, "reused_tokens": 0, "prefilled_tokens": 0, "new_tokens": 0}
    return {"t": at, "event": "generation", "state": "ended", **counts, **fields}


def completion(id_: int, source: str, gate: str = "", **fields: int) -> dict[str, Any]:
    return {
        "event": "completion",
        "id": id_,
        "source": source,
        "gate": gate,
        "shown_chars": 0,
        "new_tokens": 0,
        **fields,
    }


def test_the_first_prompt_of_a_file_is_left_out_however_often_it_was_begun() -> None:
    tally = Tally(opened=10.0, steps=[Step(11.0), Step(12.0), Step(13.0)])
    events = (
        generation(9.0, prefilled_tokens=500),
        generation(10.5, prompt_tokens=0),
        generation(11.1, prefilled_tokens=32),
        generation(11.2, reused_tokens=32, prefilled_tokens=68),
        generation(11.3, reused_tokens=99, prefilled_tokens=1),
        generation(12.5, reused_tokens=96, prefilled_tokens=4),
        generation(14.5, prefilled_tokens=100),
    )
    costs = Replayed(("a.py",), (tally,), events).costs()
    assert [(cost.prefilled, cost.prompted) for cost in costs] == [(1, 100), (4, 100), (0, 0)]


def test_the_record_says_who_answered_and_what_was_for_nothing() -> None:
    steps = [
        Step(1.0, wait_ms=4.0, outcome="right"),
        Step(2.0, taken=6, wait_ms=8.0, outcome="wrong"),
        Step(3.0),
        Step(4.0),
    ]
    tally = Tally(opened=0.0, steps=steps, characters=10, accepted_ids=[1])
    events = (
        completion(1, "lookup", shown_chars=6),
        completion(2, "model", shown_chars=3, new_tokens=5),
        completion(3, "none", "superseded"),
        completion(4, "none", "the cursor stands inside a word"),
        generation(2.0, prefilled_tokens=100, new_tokens=5),
    )
    assert Replayed(("a.py",), (tally,), events).record() == {
        "files": ["a.py"],
        "keys": 4,
        "time_to_suggestion_ms": {"p50": 8.0, "p90": 8.0, "p99": 8.0},
        "prefilled_per_key": {"median": 0.0, "mean": 0.0, "p90": 0.0},
        "keys_saved": 0.5,
        "characters_completed": 0.6,
        "shown": 2,
        "shown_wrong": 0.5,
        "without_model": 0.5,
        "shown_without_model": 0.5,
        "overtaken": 0.25,
        "suggestions_by_source": {"lookup": 1, "model": 1},
        "wasted_tokens": 1.0,
    }


def test_nothing_measured_is_no_number() -> None:
    assert (quantile([], 0.5), share(0, 0)) == (None, None)


def test_what_is_typed_are_whole_lines_from_the_middle(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes("".join(f"x{n} = {n}\r\n" for n in range(100)).encode())
    document = Document.read(file, keys=4)
    assert document.text[document.start : document.end] == "x51 = 51\nx52 = 52"
    assert document.unfinished == document.text.replace("x51 = 51\nx52 = 52", "")


def test_mistakes_are_corrected_before_the_right_key() -> None:
    typist = Typist(Rhythm.CORRECTIONS, seed=1)
    keys = [key for character in "abcdefghijklmnopqrstuvwxyz" * 4 for key in typist.keys(character)]
    typed: list[str] = []
    for key in keys:
        if key.text:
            typed.append(key.text)
        else:
            typed.pop()
    assert "".join(typed) == "abcdefghijklmnopqrstuvwxyz" * 4
    assert any(not key.on_course for key in keys)


@pytest.mark.e2e
async def test_a_right_suggestion_is_taken_and_the_next_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"default": "sum(values)\n"}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(script))
    journal = tmp_path / "journal"
    file = tmp_path / "a.py"
    file.write_text("def add(values):\n    total = sum(values)\n    return total\n")
    document = Document.read(file, keys=26)
    settings = {"backend": "scripted", "inlineCompletion": {"lookup": False, "debounceMs": 0}}
    async with Connection(settings, {"PHI_LS_JOURNAL": str(journal)}) as server:
        await server.loaded(60)
        await server.open(document.uri, document.language, document.unfinished)
        session = Session(server, document)
        for character in "    total =":
            await session.press(Key(character, pause_ms=1))
        await session.press(Key(" ", pause_ms=3000))
    assert document.text[document.start : session.place] == "    total = sum(values)"
    assert [step.taken for step in session.tally.steps if step.taken] == [len("sum(values)")]
    events = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [event["id"] for event in events if event["event"] == "accepted"] == session.tally.accepted_ids
