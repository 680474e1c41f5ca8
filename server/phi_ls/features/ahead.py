"""Explanations that nobody waits for yet: of a hover that took too long, and ahead of time while all is quiet.

One explanation is made once, however many ask for it. Work ahead has the lowest rank, so the first key displaces it; it
is left undone on a battery.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from phi_ls.errors import PhiLsError
from phi_ls.features.actions import explain_symbol
from phi_ls.features.hover import HoverCard, explanation_key, hover
from phi_ls.hardware import on_mains
from phi_ls.inference.schedule import Rank
from phi_ls.settings import HoverMode
from phi_ls.syntax import symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.assistant import Assistant
    from phi_ls.syntax import Symbol
    from phi_ls.text import Source

DWELL_SECONDS = 0.15
"""How long a hover must stand before the model is asked; one that is left sooner costs nothing."""
QUIET_SECONDS = 3.0
"""How long nothing may have changed before work ahead begins, and between two looks for such work."""
MOST_AHEAD = 40
"""Definitions of one file that are explained ahead of time."""

_log = logging.getLogger(__name__)


class Ahead:
    """The explanations that are being made for one assistant."""

    def __init__(
        self, assistant: Assistant, *, quiet_seconds: float = QUIET_SECONDS, mains: Callable[[], bool] = on_mains
    ) -> None:
        self._assistant = assistant
        self._quiet, self._mains = quiet_seconds, mains
        self._making: dict[str, asyncio.Task[str]] = {}
        self._failed: set[str] = set()

    async def hover(self, source: Source, offset: int) -> HoverCard | None:
        """The card for a hover; in `auto` mode with its explanation, if that comes within the deadline."""
        settings = self._assistant.settings.hover
        card = hover(self._assistant, source, offset)
        if card is None or card.explanation is not None or settings.mode is not HoverMode.AUTO:
            return card
        if self._assistant.status.state not in ("ready", "busy") or card.symbol_key in self._failed:
            return card
        deadline = settings.deadline_ms / 1000
        if card.symbol_key not in self._making:
            await asyncio.sleep(DWELL_SECONDS)
        task = self._make(card.symbol_key, card.source, card.symbol, Rank.HOVER)
        await asyncio.wait({task}, timeout=max(deadline - DWELL_SECONDS, 0))
        return hover(self._assistant, source, offset)

    async def work(self) -> None:
        """Explain ahead, as long as the program runs; what fails is not tried again."""
        before: tuple[Source, ...] = ()
        while True:
            await asyncio.sleep(self._quiet)
            sources = tuple(self._assistant.open_sources())
            if sources != before:
                before = sources
                continue
            if self._may_work() and (wanted := self._next(sources)) is not None:
                await asyncio.wait({self._make(*wanted, Rank.WARM_UP)})

    async def close(self) -> None:
        """Stop what is being made."""
        tasks = list(self._making.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _may_work(self) -> bool:
        assistant = self._assistant
        return (
            assistant.settings.enable
            and assistant.settings.hover.mode is HoverMode.AUTO
            and assistant.status.state == "ready"
            and self._mains()
        )

    def _next(self, sources: tuple[Source, ...]) -> tuple[str, Source, Symbol] | None:
        for source in reversed(sources):
            tree = self._assistant.tree(source)
            found = [one for one in symbols(tree) if one.body is not None] if tree else []
            for symbol in found[:MOST_AHEAD]:
                key = explanation_key(self._assistant, source, symbol)
                if key not in self._failed and self._assistant.explanation(key) is None:
                    return key, source, symbol
        return None

    def _make(self, key: str, source: Source, symbol: Symbol, rank: Rank) -> asyncio.Task[str]:
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._explained(key, source, symbol, rank), name="an explanation ahead")
            self._making[key] = task
            task.add_done_callback(lambda _task: self._making.pop(key, None))
        return task

    async def _explained(self, key: str, source: Source, symbol: Symbol, rank: Rank) -> str:
        try:
            text = await explain_symbol(self._assistant, source, symbol, rank)
        except PhiLsError as error:
            _log.info("an explanation ahead failed: %s", type(error).__name__)
            text = ""
        if not text:
            self._failed.add(key)
        return text
