"""A generation on its way, shared by every request that agrees with it.

It belongs to a place in a document, not to a request: who types what the model is writing goes on waiting for the same
text, and no token is computed twice. At the first differing character it is stopped. When nobody waits any more, it is
stopped at once, unless the newest text of the document agrees with it: then the next request is on its way, and it is
given `GRACE_SECONDS` to come.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING

from phi_ls.context import completion_context
from phi_ls.errors import PhiLsError, PromptTooLong
from phi_ls.features.calibration import confidence_of
from phi_ls.features.postprocess import clean, is_complete, preview
from phi_ls.inference.schedule import Account, Displaced, Rank

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.features.postprocess.shape import Shape
    from phi_ls.prompt import Prompt
    from phi_ls.text import Source

GRACE_SECONDS = 0.3


class Flight:
    """One generation for the cursor of `shape`; it starts at once. Ended by itself, by `stop` or by a newer one."""

    def __init__(self, assistant: Assistant, shape: Shape, *, rank: Rank = Rank.TYPING) -> None:
        self._assistant = assistant
        self._rank = rank
        self.shape = shape
        self.account = Account()
        self.logprobs: list[float] = []
        self.ms_context = 0.0
        self.raw = ""
        self.text = ""
        """What may be inserted, once `done`."""
        self.failure: PhiLsError | None = None
        self._users = 0
        self._progress = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _task: self._progress.set())

    @property
    def confidence(self) -> float:
        """The geometric mean of the tokens' probabilities so far."""
        return confidence_of(self.logprobs)

    @property
    def done(self) -> bool:
        """Nothing more comes."""
        return self._task.done()

    def agrees(self, source: Source, offset: int) -> bool:
        """Whether `source` is this flight's document with more typed at the cursor, and that is what it writes."""
        at, typed = self.shape.offset, offset - self.shape.offset
        mine = self.shape.source
        if typed < 0 or source.uri != mine.uri or len(source.text) - len(mine.text) != typed:
            return False
        wanted = source.text[at:offset]
        shown = self.text if self.done else preview(self.raw, self.shape)
        fits = shown.startswith(wanted) or (not self.done and wanted.startswith(shown))
        return fits and source.text.startswith(mine.text[:at]) and source.text.endswith(mine.text[at:])

    async def rest(self, source: Source, offset: int, ticket: int) -> str | None:
        """What follows `offset` when the flight has ended; None when `source` turned out to differ from it.

        Raises `Displaced` when a newer request than `ticket` was made, and what the generation raises.
        """
        self._users += 1
        try:
            while not self.done:
                await self._progress.wait()
                self._progress.clear()
                if not self._assistant.is_current(ticket):
                    raise Displaced
                if not self.agrees(source, offset):
                    return None
            if self._task.cancelled():
                raise Displaced
            if self.failure is not None:
                raise self.failure
            typed = source.text[self.shape.offset : offset]
            return self.text[len(typed) :] if self.text.startswith(typed) else None
        finally:
            self._users -= 1
            # The next of several waiting requests has to look as well.
            self._progress.set()
            if not self._users and not self.done:
                self._leave()

    def wake(self) -> None:
        """Let the waiting requests look whether they are still the newest."""
        self._progress.set()

    def stop(self) -> None:
        """End the generation; who waits for it is displaced."""
        self._task.cancel()

    def _leave(self) -> None:
        """Nobody waits. Stop, or wait a moment for the request that the newest text of the document announces."""
        newest = self._assistant.newest(self.shape.source.uri)
        typed = len(newest.text) - len(self.shape.source.text) if newest else 0
        if newest is None or typed <= 0 or not self.agrees(newest, self.shape.offset + typed):
            self.stop()
            return
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self._stop_if_unused)

    def _stop_if_unused(self) -> None:
        if not self._users:
            self.stop()

    async def _run(self) -> None:
        try:
            await self._write()
        except asyncio.CancelledError:
            self.failure = Displaced()
        except PhiLsError as error:
            self.failure = error

    async def _write(self) -> None:
        assistant = self._assistant
        source, offset = self.shape.source, self.shape.offset
        new_tokens = assistant.settings.inline_completion.max_new_tokens
        for last_attempt in (False, True):
            began = time.perf_counter()
            context = completion_context(source, self.shape.tree, offset, assistant.budget(new_tokens))
            prompt = assistant.profile.completion(context, multiline=self.shape.multiline)
            self.shape = self.shape.with_prefilled(prompt.prefilled)
            self.ms_context = (time.perf_counter() - began) * 1000
            assistant.last_prompt = prompt.as_text()
            try:
                await self._stream(prompt, new_tokens)
            except PromptTooLong as error:
                assistant.learn_density(len(prompt.as_text()), error.found_tokens)
                if last_attempt:
                    raise
            else:
                break
        truncated = self.account.finish_reason == "length"
        self.text = clean(self.raw, self.shape.with_prefilled(self.shape.prefilled, truncated=truncated))
        if not assistant.doubts(self.confidence):
            assistant.completions.put(source, offset, self.text)

    async def _stream(self, prompt: Prompt, new_tokens: int) -> None:
        """Collect the model's raw text, and end it at the end of the statement or block."""
        complete = False
        stream = self._assistant.scheduler.generate(
            self._rank, prompt.parts, max_tokens=new_tokens, stop=prompt.stop, heal=True, account=self.account
        )
        self._assistant.changed()
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    self.raw += piece.text
                    self.logprobs.append(piece.logprob)
                    self._progress.set()
                    if "\n" in piece.text and is_complete(self.raw, self.shape):
                        complete = True
                        break
        finally:
            self._assistant.changed()
        if complete:
            self.account.finish_reason = "complete"
        self._assistant.learn_density(len(prompt.as_text()), self.account.prompt_tokens)
