"""The scheduler: typing first, the newest completion only, nothing lost of what was interrupted."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

import pytest

from inference.workers import BOUND, events, supervised, until, write_script
from phi_ls import wire
from phi_ls.inference.schedule import Account, Displaced, Rank, Scheduler

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


async def collect(scheduler: Scheduler, rank: Rank, prompt: str, tokens: int, account: Account | None = None) -> str:
    stream = scheduler.generate(rank, (wire.Text(prompt),), max_tokens=tokens, account=account)
    async with aclosing(stream) as pieces:
        return "".join([piece.text async for piece in pieces])


RULES = [
    {"when": "typing$", "text": "typed"},
    {"when": "one two three four five six$", "text": " seven eight"},
    {"when": "one two three four five$", "text": " six seven eight"},
    {"when": "one two three four$", "text": " five six seven eight"},
    {"when": "one two three$", "text": " four five six seven eight"},
    {"when": "one two$", "text": " three four five six seven eight"},
    {"when": "one$", "text": " two three four five six seven eight"},
    {"when": "count:$", "text": "one two three four five six seven eight"},
]


async def test_typing_interrupts_an_action_which_then_goes_on_from_its_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, rules=RULES, token_ms=30)
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        await supervisor.client()
        account = Account()
        action = asyncio.create_task(collect(scheduler, Rank.ACTION, "count:", 20, account))
        await until(lambda: account.new_tokens >= 2)
        assert await asyncio.wait_for(collect(scheduler, Rank.TYPING, "typing", 5), BOUND) == "typed"
        assert not action.done()
        assert await asyncio.wait_for(action, BOUND) == "one two three four five six seven eight"
        assert account.interruptions == 1
        assert not scheduler.busy


async def test_a_newer_completion_displaces_the_running_and_the_waiting_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 500, rules=RULES, token_ms=20)
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        await supervisor.client()
        account = Account()
        running = asyncio.create_task(collect(scheduler, Rank.TYPING, "a", 500, account))
        await until(lambda: account.new_tokens >= 1)
        waiting = asyncio.create_task(collect(scheduler, Rank.TYPING, "b", 500))
        newest = asyncio.create_task(collect(scheduler, Rank.TYPING, "typing", 500))
        assert await asyncio.wait_for(newest, BOUND) == "typed"
        for older in (running, waiting):
            with pytest.raises(Displaced):
                await asyncio.wait_for(older, BOUND)


async def test_a_cancelled_generation_makes_way_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 500, rules=RULES, token_ms=20)
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        await supervisor.client()
        account = Account()
        action = asyncio.create_task(collect(scheduler, Rank.ACTION, "a", 500, account))
        await until(lambda: account.new_tokens >= 1)
        action.cancel()
        with pytest.raises(asyncio.CancelledError):
            await action
        assert await asyncio.wait_for(collect(scheduler, Rank.ACTION, "typing", 5), BOUND) == "typed"


async def test_what_nobody_asked_for_is_given_up_but_a_prompt_is_read_to_its_end_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 500, rules=RULES, token_ms=20, prefill_ms_per_token=10)
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        await supervisor.client()
        account = Account()
        following = asyncio.create_task(collect(scheduler, Rank.NEXT, "a", 500, account))
        await until(lambda: account.new_tokens >= 1)
        prompt = asyncio.create_task(collect(scheduler, Rank.PROMPT, "one " * 60, 0))
        assert await asyncio.wait_for(collect(scheduler, Rank.HOVER, "typing", 5), BOUND) == "typed"
        with pytest.raises(Displaced):
            await asyncio.wait_for(following, BOUND)
        await asyncio.sleep(0.1)
        assert await asyncio.wait_for(collect(scheduler, Rank.HOVER, "other typing", 5), BOUND) == "typed"
        assert await asyncio.wait_for(prompt, BOUND) == ""


async def test_a_completion_ahead_that_somebody_waits_for_gets_the_turn_of_typing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, default="word " * 500, rules=RULES, token_ms=20)
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        await supervisor.client()
        running, wanted = Account(), Account()
        action = asyncio.create_task(collect(scheduler, Rank.ACTION, "count:", 20, running))
        await until(lambda: running.new_tokens >= 1)
        following = asyncio.create_task(collect(scheduler, Rank.NEXT, "typing", 5, wanted))
        await asyncio.sleep(0)
        scheduler.promote(wanted)
        assert await asyncio.wait_for(following, BOUND) == "typed"
        assert not action.done()
        assert await asyncio.wait_for(action, BOUND) == "one two three four five six seven eight"


async def test_a_text_that_was_complete_when_it_was_interrupted_is_not_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_script(tmp_path, monkeypatch, rules=[{"when": "typing$", "text": "typed"}], default="one two three")
    async with supervised(tmp_path / "journal") as supervisor:
        scheduler = Scheduler(supervisor.client)
        account, said = Account(), ""
        async with aclosing(
            scheduler.generate(Rank.ACTION, (wire.Text("count"),), max_tokens=20, account=account)
        ) as pieces:
            async for piece in pieces:
                said += piece.text
                if said == "one two three":
                    await until(lambda: bool(events(tmp_path / "journal", "idle")))
                    typing = asyncio.create_task(collect(scheduler, Rank.TYPING, "typing", 5))
                    await asyncio.sleep(0)
        assert (said, account.finish_reason, account.interruptions) == ("one two three", "end", 0)
        assert await asyncio.wait_for(typing, BOUND) == "typed"
