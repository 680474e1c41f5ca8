"""A prompt is read where the cursor rests, before anything is asked there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from features.playing import ask, events, playing, until
from marked import marked
from phi_ls.features.warmth import Warmth

if TYPE_CHECKING:
    from pathlib import Path

    from phi_ls.features.assistant import Assistant

pytestmark = pytest.mark.e2e

ABOVE = "".join(f"value_{number} = other_{number} + {number}\n" for number in range(40))


def rests(assistant: Assistant, text: str, *, seconds: float = 0.0, version: int = 1) -> None:
    m = marked(text)
    assistant.warmth = Warmth(assistant, rest_seconds=seconds)
    assistant.warmth.rests(m.source(version=version), m.cursor)


async def test_the_first_completion_reads_only_what_was_typed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, default="1\n") as assistant:
        rests(assistant, ABOVE + "$0")
        await until(lambda: events(tmp_path, "ahead", state="ended"))
        offer = await ask(assistant, ABOVE + "x = $0")
    (read,) = events(tmp_path, "ahead", state="ended")
    assert (read["rank"], read["new_tokens"]) == ("prompt", 0)
    assert read["prefilled_tokens"] > 200
    assert offer.text == "1"
    assert offer.account.prefilled_tokens < 10


async def test_the_first_key_stops_it_and_what_was_read_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, default="1\n", prefill_ms_per_token=2) as assistant:
        rests(assistant, ABOVE + "$0")
        await until(lambda: events(tmp_path, "ahead", state="asked"))
        await asyncio.sleep(0.3)
        offer = await ask(assistant, ABOVE + "x = $0")
    (read,) = events(tmp_path, "ahead", state="ended")
    assert read["finish_reason"] == "cancelled"
    assert 0 < read["prefilled_tokens"] <= offer.account.reused_tokens


@pytest.mark.parametrize(
    ("why", "text"),
    [
        pytest.param("battery", ABOVE + "$0", id="on-a-battery"),
        pytest.param("nobody types", ABOVE + "$0", id="where-nobody-types"),
        pytest.param("secret", ABOVE + 'password = "hunter2-and-more-letters"$0', id="in-a-secret"),
        pytest.param("key", ABOVE + "$0", id="after-a-key"),
    ],
)
async def test_nothing_is_read(why: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path, monkeypatch, default="1\n") as assistant:
        assistant.mains = lambda: why != "battery"
        assistant.eager = why != "nobody types"
        rests(assistant, text)
        if why == "key":
            assistant.warmth.stop()
        await asyncio.sleep(0.1)
    assert events(tmp_path, "ahead") == []


async def test_a_place_is_read_once_and_a_newer_one_in_place_of_an_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, default="1\n") as assistant:
        assistant.warmth = Warmth(assistant, rest_seconds=0.05)
        m = marked(ABOVE + "$0")
        assistant.warmth.rests(m.source(), 20)
        for _ in range(3):
            assistant.warmth.rests(m.source(), m.cursor)
        await until(lambda: events(tmp_path, "ahead", state="ended"))
        await asyncio.sleep(0.2)
    assert len(events(tmp_path, "ahead", state="asked")) == 1


async def test_a_file_that_is_opened_before_the_model_is_there_is_read_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, default="1\n", load_ms=300) as assistant:
        restarting = asyncio.create_task(assistant.restart())
        await asyncio.sleep(0)
        rests(assistant, ABOVE + "$0")
        await restarting
        assert assistant.supervisor.state != "ready"
        await until(lambda: events(tmp_path, "ahead", state="ended"))


async def test_what_is_answered_without_the_model_is_read_when_the_user_rests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "compute(" + ", ".join(f"value_{number}" for number in range(8)) + ")"
    async with playing(tmp_path, monkeypatch, default=text + "\n") as assistant:
        assistant.warmth = Warmth(assistant, rest_seconds=0.0)
        assert (await ask(assistant, "x = $0\n")).came_from == "model"
        assert (await ask(assistant, f"x = {text[:10]}$0\n")).came_from == "cache"
        await asyncio.sleep(0.2)
        assert events(tmp_path, "ahead", rank="prompt") == []
        assert (await ask(assistant, f"x = {text[:60]}$0\n")).came_from == "cache"
        await until(lambda: events(tmp_path, "ahead", state="ended", rank="prompt"))


async def test_typing_keeps_its_prompt_while_something_else_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from phi_ls.features.actions import run

    async with playing(tmp_path, monkeypatch, default="compute(1)\n") as assistant:
        await ask(assistant, ABOVE + "x = $0\n")
        m = marked("def f($0): pass\n")
        await run(assistant, "explain", m.source(), m.selection, lambda _text: None)
        await ask(assistant, ABOVE + "y = $0\n", uri="file:///project/other.py")
        offer = await ask(assistant, ABOVE + "x = total + $0\n")
    assert offer.account.reused_tokens > 200
    assert offer.account.prefilled_tokens < 10
