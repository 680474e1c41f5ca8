"""Explanations that nobody waits for yet, and hovers that wait no longer than they may."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from features.acting import CODE, playing
from phi_ls.features.actions import explain_symbol
from phi_ls.features.ahead import Ahead
from phi_ls.features.hover import explanation_key
from phi_ls.inference.schedule import Rank
from phi_ls.syntax import parse, symbols

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


async def test_explanations_are_made_ahead_on_mains_power_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged = False
    source = CODE.source()
    tree = parse(source)
    assert tree is not None
    async with playing(tmp_path, monkeypatch, "It adds.", settings={"hover": {"mode": "auto"}}) as assistant:
        await assistant.supervisor.client()
        assistant.open_sources = lambda: (source,)
        assistant.explanations.clear()
        ahead = Ahead(assistant, quiet_seconds=0.02, mains=lambda: plugged)
        working = asyncio.create_task(ahead.work())

        async def explained() -> bool:
            card = await ahead.hover(source, CODE.cursor) if not working.done() else None
            return card is not None and card.explanation == "It adds."

        key = explanation_key(assistant, source, symbols(tree)[0])
        await asyncio.sleep(0.2)
        assert assistant.explanation(key) is None
        plugged = True
        async with asyncio.timeout(30):
            while assistant.explanation(key) is None:  # noqa: ASYNC110 - what is kept has no event
                await asyncio.sleep(0.02)
        assert await explained()
        working.cancel()


async def test_a_hover_in_auto_mode_waits_no_longer_than_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"hover": {"mode": "auto", "deadlineMs": 200}}
    slow = {"token_ms": 150}
    async with playing(tmp_path, monkeypatch, "It adds all.", settings=settings, **slow) as assistant:
        await assistant.supervisor.client()
        assistant.explanations.clear()
        ahead = Ahead(assistant)
        card = await ahead.hover(CODE.source(), CODE.cursor)
        assert card is not None
        assert card.explanation is None
        async with asyncio.timeout(30):
            while card is None or card.explanation is None:
                card = await ahead.hover(CODE.source(), CODE.cursor)
        tree = parse(CODE.source())
        assert tree is not None
        said = await explain_symbol(assistant, CODE.source(), symbols(tree)[0], Rank.HOVER)
        assert said == "It adds all."
        await ahead.close()
        journal = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
        assert sum(entry["event"] == "generation" and entry["state"] == "asked" for entry in journal) == 1
