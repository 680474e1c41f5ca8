"""The completion behind an offer is there before it is asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from features.playing import ask, events, playing, until
from marked import marked
from phi_ls.features.actions import run
from phi_ls.features.following import Following

if TYPE_CHECKING:
    from pathlib import Path

    from phi_ls.features.assistant import Assistant

pytestmark = pytest.mark.e2e

RULES = [
    {"when": r"total = first\($", "text": "1, 2)\n"},
    {"when": r"total = first\(1, 2\)$", "text": " + second(3)\n"},
    {"when": r"\+ second\(3\)\Z", "text": "\n"},
    {"when": r"\+ second\(3\)\n\Z", "text": "print(total)\n"},
]
OFFERED = "total = first($0\n"
TAKEN = "total = first(1, 2)$0\n"


def at_once(assistant: Assistant) -> None:
    """Look ahead without waiting for somebody to look."""
    assistant.following = Following(assistant, dwell_seconds=0.0)


async def test_what_comes_after_an_accepted_completion_is_there_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, rules=RULES) as assistant:
        offer = await ask(assistant, OFFERED)
        assistant.following.accepted(offer.id)
        await until(lambda: events(tmp_path, "ahead", state="kept"))
        following = await ask(assistant, TAKEN)
    assert (following.text, following.came_from) == (" + second(3)", "cache")
    assert [event["rank"] for event in events(tmp_path, "ahead", state="asked")] == ["next"]
    assert len(events(tmp_path, "generation", state="asked")) == 1
    (kept,) = events(tmp_path, "ahead", state="kept")
    assert (kept["of"], kept["text"]) == (offer.id, " + second(3)")


async def test_an_offer_that_is_looked_at_is_followed_before_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, rules=RULES) as assistant:
        at_once(assistant)
        await ask(assistant, OFFERED)
        await until(lambda: events(tmp_path, "ahead", state="kept"))
        assert (await ask(assistant, TAKEN)).came_from == "cache"


async def test_behind_a_complete_line_the_next_line_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, rules=RULES) as assistant:
        offer = await ask(assistant, TAKEN)
        assistant.following.accepted(offer.id)
        await until(lambda: len(events(tmp_path, "ahead", state="kept")) == 2)
        complete = await ask(assistant, "total = first(1, 2) + second(3)$0\n")
        following = await ask(assistant, "total = first(1, 2) + second(3)\n$0\n")
    assert (complete.text, complete.gate) == ("", "nothing was found here before")
    assert (following.text, following.came_from) == ("print(total)", "cache")


async def test_an_offer_that_is_typed_to_its_end_counts_as_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, rules=RULES) as assistant:
        offer = await ask(assistant, OFFERED)
        await ask(assistant, "total = first(1, $0\n")
        assert events(tmp_path, "accepted") == []
        await ask(assistant, TAKEN)
        assistant.following.accepted(offer.id)
    (accepted,) = events(tmp_path, "accepted")
    assert (accepted["id"], accepted["typed"]) == (offer.id, True)


async def test_a_request_for_what_is_being_computed_ahead_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, rules=RULES, token_ms=40) as assistant:
        offer = await ask(assistant, OFFERED)
        assistant.following.accepted(offer.id)
        await until(lambda: events(tmp_path, "ahead", state="prefilled"))
        following = await ask(assistant, TAKEN)
    assert (following.text, following.came_from) == (" + second(3)", "stream")
    assert len(events(tmp_path, "generation", state="asked")) == 1


async def test_whatever_is_asked_for_displaces_what_nobody_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [*RULES[:1], {"when": r"2\)$", "text": " + word" * 500}, {"when": r"x =$", "text": "1\n"}]
    async with playing(tmp_path, monkeypatch, rules=rules, token_ms=20, default="It adds.") as assistant:
        for other in ("typing", "action"):
            assistant.completions.clear()
            offer = await ask(assistant, OFFERED)
            assistant.following.accepted(offer.id)
            begun = 1 + (other == "action")
            await until(lambda begun=begun: len(events(tmp_path, "ahead", state="prefilled")) == begun)
            if other == "typing":
                assert (await ask(assistant, "x = $0\n")).text == "1"
            else:
                m = marked("def f($0): pass\n")
                await asyncio.wait_for(run(assistant, "explain", m.source(), m.selection, lambda _text: None), 30)
    ended = events(tmp_path, "ahead", state="ended")
    assert [event["finish_reason"] for event in ended] == ["cancelled", "cancelled"]
    assert max(event["new_tokens"] for event in ended) < 400


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("battery", "the machine runs on its battery"),
        ("lookup", "lookup will answer"),
    ],
)
async def test_what_is_left_undone_says_why(
    why: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = OFFERED
    if why == "lookup":
        line = "total = first(1, 2) + the_sum_of_all_the_things(that, are, counted, here)\n"
        text = f"def f():\n    {line}\n\ndef g():\n    total = first($0\n"
        monkeypatch.setattr("phi_ls.features.inline_completion.INSTANT", 2.0)
        monkeypatch.setattr("phi_ls.features.inline_completion.ALONE", 2.0)
        monkeypatch.setattr("phi_ls.features.following.INSTANT", 0.1)
    async with playing(tmp_path, monkeypatch, rules=RULES) as assistant:
        assistant.mains = lambda: why != "battery"
        offer = await ask(assistant, text)
        assert offer.text
        assistant.following.accepted(offer.id)
        await until(lambda: events(tmp_path, "ahead"))
    (event,) = events(tmp_path, "ahead")
    assert (event["of"], event["state"], event["why"]) == (offer.id, "left undone", said)
