"""The completion behind an offer, computed before anybody asks for it.

While somebody looks at an offer they may be about to take it, and when they have taken it the next thing that they want
is what comes then. So that is computed at a rank of its own, below everything that is asked for, and kept in the cache.
Where the end of the line is reached and the model has nothing to add, what may stand on the next line comes after it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from phi_ls.errors import PhiLsError
from phi_ls.features.cursor import gate_at, shape_at
from phi_ls.features.flight import Flight
from phi_ls.features.lookup import INSTANT, lookup
from phi_ls.inference.schedule import Rank
from phi_ls.text import end_of_line, indentation_of, start_of_line

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.text import Edit, Source

DWELL_SECONDS = 0.3
"""How long an offer must stand before it is likely to be looked at; who types on has not read it.

Of 500 keys in replayed bursts 0.1 s, 0.3 s and 0.6 s had 91, 79 and 44 steps computed ahead; the share of keys that
were answered without the model was 0.43, 0.40 and 0.40, where two runs alike differ by 0.02. So speed decides nothing.
"""
KEPT = 8
"""Offers of which it is known what taking them would lead to."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class _Step:
    """An offer, and the document as it would be with it."""

    id: int
    source: Source
    offset: int
    taken: asyncio.Event = field(default_factory=asyncio.Event)


class Following:
    """Looks one step ahead of the offers of one assistant; at most one step is computed at a time."""

    def __init__(self, assistant: Assistant, *, dwell_seconds: float = DWELL_SECONDS) -> None:
        self._assistant = assistant
        self._dwell = dwell_seconds
        self._known: OrderedDict[int, _Step] = OrderedDict()
        self._step: _Step | None = None
        self._task: asyncio.Task[None] | None = None
        self._flight: Flight | None = None

    def asked(self, source: Source, offset: int) -> None:
        """A completion is asked for. Text that was typed or taken up to the end of the last offer was accepted."""
        step = self._step
        if step is None or (source.uri, offset) != (step.source.uri, step.offset):
            return
        if source.text == step.source.text:
            self._take(step, typed=True)

    def offered(self, offer_id: int, source: Source, edit: Edit | None) -> None:
        """`edit` is offered for `source`, or nothing is. What was computed for another text is given up."""
        if not self._assistant.eager:
            return
        step = _after(offer_id, source, edit) if edit is not None else None
        if self._step is not None:
            goal = step.source.text if step is not None else source.text
            if (goal, source.uri) == (self._step.source.text, self._step.source.uri):
                if step is not None:
                    self._remember(offer_id, self._step)
                return
        self.stop()
        if step is not None:
            self._remember(offer_id, step)
            self._begin(step)

    def accepted(self, offer_id: object) -> None:
        """The user took an offer; unknown numbers and those of long ago are ignored."""
        step = self._known.get(offer_id) if isinstance(offer_id, int) else None
        if step is None or step.taken.is_set():
            return
        if step is not self._step:
            self.stop()
            self._begin(step)
        self._take(step, typed=False)

    def stop(self) -> None:
        """Compute nothing more that nobody has asked for."""
        if self._task is not None:
            self._task.cancel()
        if self._flight is not None and self._flight.ahead and not self._flight.done:
            self._flight.stop()
        self._step = self._task = self._flight = None

    def _remember(self, offer_id: int, step: _Step) -> None:
        self._known[offer_id] = step
        while len(self._known) > KEPT:
            self._known.popitem(last=False)

    def _begin(self, step: _Step) -> None:
        self._step = step
        self._task = asyncio.create_task(self._work(step), name="the completion behind an offer")

    def _take(self, step: _Step, *, typed: bool) -> None:
        if typed and not step.taken.is_set():
            self._assistant.journal.write("accepted", id=step.id, partial=False, typed=True)
        step.taken.set()

    async def _work(self, step: _Step) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._dwell):
                await step.taken.wait()
        try:
            await self._compute(step, step.source, step.offset)
            if not step.taken.is_set():
                await step.taken.wait()
                await self._compute(step, step.source, step.offset)  # what stood in the way may be gone
            if self._ends_here(step):
                await self._compute(step, *_on_the_next_line(step))
        except PhiLsError as error:
            _log.info("a completion ahead failed: %s", type(error).__name__)

    def _ends_here(self, step: _Step) -> bool:
        """Whether the line is complete, and the model was asked and had nothing to add."""
        known = self._assistant.completions.find(step.source, step.offset)
        text = step.source.text
        rest = text[step.offset : end_of_line(text, step.offset)]
        return known is not None and not known.text and not rest.strip()

    async def _compute(self, step: _Step, source: Source, offset: int) -> None:
        assistant = self._assistant
        if assistant.completions.find(source, offset) is not None:
            return
        why = assistant.resting or gate_at(source, offset) or self._needless(source, offset)
        if why:
            assistant.journal.write("ahead", of=step.id, state="left undone", why=why)
            return
        tree = assistant.tree(source, around=offset)
        shape = shape_at(source, tree, offset, assistant.settings.inline_completion.multiline)
        flight = self._flight = assistant.flight = Flight(assistant, shape, rank=Rank.NEXT)
        await flight.ended()
        assistant.journal.write(
            "ahead",
            of=step.id,
            state="failed" if flight.failure else "kept",
            why=str(flight.failure or ""),
            prefilled_tokens=flight.account.prefilled_tokens,
            new_tokens=flight.account.new_tokens,
            text=flight.text,
        )

    def _needless(self, source: Source, offset: int) -> str:
        assistant = self._assistant
        if assistant.flight is not None and not assistant.flight.done:
            return "a completion is on its way"
        if assistant.settings.inline_completion.lookup:
            match = lookup(source, offset, index=assistant.neighbours.index)
            if match is not None and match.confidence >= INSTANT:
                return "lookup will answer"
        return ""


def _after(offer_id: int, source: Source, edit: Edit) -> _Step:
    # A version that no document has: the text is not there yet.
    taken = replace(source, version=-1 - abs(source.version), text=edit.apply(source.text))
    return _Step(offer_id, taken, edit.span.start + len(edit.text))


def _on_the_next_line(step: _Step) -> tuple[Source, int]:
    """The document with a new line behind the step, indented like the one above, and the cursor there."""
    source, text = step.source, step.source.text
    end = end_of_line(text, step.offset)
    line = text[start_of_line(text, step.offset) : end]
    added = source.line_end + indentation_of(line)
    return replace(source, text=text[:end] + added + text[end:]), end + len(added)
