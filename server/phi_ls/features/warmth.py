"""The prompt of a place where the cursor rests, read before anything is asked there.

Only the prompt is read, nothing is written: the first completion then costs its own tokens. The first key stops it, and
what was read until then is kept.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from typing import TYPE_CHECKING

from phi_ls.errors import PhiLsError, PromptTooLong
from phi_ls.features.cursor import gate_at, shape_at
from phi_ls.features.flight import prompt_for, sequence_of
from phi_ls.inference.schedule import Account, Rank

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.text import Source

REST_SECONDS = 0.4
"""How long a cursor must rest: longer than between two keys, since the first key stops the reading.

Replayed bursts go as well with 0.15 s and 1 s: there the model is asked at each key, which reads the prompt anyway.
"""
WORTH_READING = 40
"""Fewer new characters than this are read along with the next question."""
SEQUENCES = 3
"""Prompts that the worker is taken to hold still; an older one may have had to go."""

_log = logging.getLogger(__name__)


class Warmth:
    """The prompts that are read ahead for one assistant, one at a time."""

    def __init__(self, assistant: Assistant, *, rest_seconds: float = REST_SECONDS) -> None:
        self._assistant = assistant
        self._rest = rest_seconds
        self._task: asyncio.Task[None] | None = None
        self._last: tuple[str, int, int] | None = None
        self._read_already: OrderedDict[str, str] = OrderedDict()

    def rests(self, source: Source, offset: int) -> None:
        """The cursor has come to `offset`; when it rests there, its prompt is read. The same place is read once."""
        place = (source.uri, source.version, offset)
        if not self._assistant.eager or place == self._last:
            return
        self.stop()
        self._last = place
        self._task = asyncio.create_task(self._read(source, offset), name="a prompt ahead")

    def stop(self) -> None:
        """Leave the rest of the prompt unread."""
        if self._task is not None:
            self._task.cancel()
        self._task = self._last = None

    def note(self, sequence: str, prompt: str) -> None:
        """The worker has read this prompt."""
        self._read_already[sequence] = prompt
        self._read_already.move_to_end(sequence)
        while len(self._read_already) > SEQUENCES:
            self._read_already.popitem(last=False)

    def forget(self) -> None:
        """The worker has read nothing: it is another one."""
        self._read_already.clear()

    def _gain(self, sequence: str, prompt: str) -> int:
        """The characters of a prompt that the worker has not read."""
        known = self._read_already.get(sequence, "")
        alike = next((n for n, (one, other) in enumerate(zip(prompt, known, strict=False)) if one != other), len(known))
        return len(prompt) - alike

    async def _read(self, source: Source, offset: int) -> None:
        assistant = self._assistant
        await asyncio.sleep(self._rest)
        try:
            await assistant.supervisor.client()  # a file is often opened before the model is there
        except PhiLsError:
            return
        if assistant.resting or gate_at(source, offset):
            return
        tree = assistant.tree(source, around=offset)
        shape = shape_at(source, tree, offset, assistant.settings.inline_completion.multiline)
        prompt = prompt_for(assistant, shape)
        sequence, text = sequence_of(prompt, source), prompt.as_text()
        if self._gain(sequence, text) < WORTH_READING:
            return
        account = Account()
        stream = assistant.scheduler.generate(
            Rank.PROMPT,
            prompt.parts,
            max_tokens=0,
            sequence=sequence,
            heal=True,
            account=account,
        )
        try:
            async with aclosing(stream) as pieces:
                async for _piece in pieces:
                    pass
        except PromptTooLong as error:
            assistant.learn_density(len(text), error.found_tokens)
        except PhiLsError as error:
            _log.info("a prompt ahead failed: %s", type(error).__name__)
        else:
            self.note(sequence, text)
            assistant.learn_density(len(text), account.prompt_tokens)
