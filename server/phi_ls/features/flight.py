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

from phi_ls.context import PREFIX_SHARE, completion_context
from phi_ls.errors import PhiLsError, PromptTooLong
from phi_ls.features.calibration import confidence_of, least_of
from phi_ls.features.doubt import Line, Lines, joined
from phi_ls.features.lookup import lookup
from phi_ls.features.postprocess import clean_line, is_complete, preview
from phi_ls.features.postprocess.repetition import is_loop
from phi_ls.inference.schedule import Account, Displaced, Rank

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.features.calibration import Calibration
    from phi_ls.features.lookup import Match
    from phi_ls.features.postprocess.shape import Shape
    from phi_ls.prompt import Prompt
    from phi_ls.text import Source

GRACE_SECONDS = 0.3
LOOK_TOKENS = 16
"""After so many tokens without a line end the text is searched for a loop."""


class Flight:
    """One generation for the cursor of `shape`; it starts at once. Ended by itself, by `stop` or by a newer one."""

    def __init__(self, assistant: Assistant, shape: Shape, *, rank: Rank = Rank.TYPING) -> None:
        self._assistant = assistant
        self._rank = rank
        self.shape = shape
        self.account = Account()
        self.unasked = True
        """Whether it is for somebody who types; who asks by hand wants to see what the model is unsure of as well."""
        self.cut = False
        """Whether what the model was unsure of was left out."""
        self._lines = Lines()
        self.ms_context = 0.0
        self._prompt = ""
        self.raw = ""
        self.text = ""
        """What may be inserted, once `done`, in place of `replaces` characters behind the cursor."""
        self.replaces = 0
        self.failure: PhiLsError | None = None
        self._users = 0
        self._progress = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _task: self._progress.set())

    @property
    def confidence(self) -> float:
        """The geometric mean of the probabilities of the tokens that are kept."""
        return confidence_of(joined(self._kept()).logprobs)

    @property
    def least(self) -> float:
        """The least of the probabilities of the tokens that are kept."""
        return least_of(joined(self._kept()).logprobs)

    @property
    def done(self) -> bool:
        """Nothing more comes."""
        return self._task.done()

    @property
    def ahead(self) -> bool:
        """Nobody has asked for it yet."""
        return self._rank is Rank.NEXT

    async def ended(self) -> None:
        """Wait until nothing more comes; asks for nothing."""
        await asyncio.wait({self._task})

    def agrees(self, source: Source, offset: int) -> bool:
        """Whether `source` is this flight's document with more typed at the cursor, and that is what it writes."""
        at, typed = self.shape.offset, offset - self.shape.offset
        mine = self.shape.source
        if typed < 0 or source.uri != mine.uri or len(source.text) - len(mine.text) != typed:
            return False
        wanted = source.text[at:offset]
        shown = self.text if self.done else preview(self.raw, self.shape)
        # All of a finished text typed: what comes behind it is another question.
        fits = (shown.startswith(wanted) and not (self.done and typed and wanted == shown)) or (
            not self.done and wanted.startswith(shown)
        )
        return fits and source.text.startswith(mine.text[:at]) and source.text.endswith(mine.text[at:])

    async def rest(self, source: Source, offset: int, ticket: int) -> str | None:
        """What follows `offset` when the flight has ended; None when `source` turned out to differ from it.

        Raises `Displaced` when a newer request than `ticket` was made, and what the generation raises.
        """
        self._users += 1
        self._asked_for()
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
            rest = self.text.removeprefix(typed)
            return rest if self.text.startswith(typed) and (rest or not typed) else None
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

    def _asked_for(self) -> None:
        if self.ahead:
            self._rank = Rank.TYPING
            self._assistant.last_prompt = self._prompt
            self._assistant.scheduler.promote(self.account)

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
            prompt = prompt_for(assistant, self.shape)
            self.shape = self.shape.with_prefilled(prompt.prefilled)
            self.ms_context = (time.perf_counter() - began) * 1000
            self._prompt = prompt.as_text()
            if not self.ahead:
                assistant.last_prompt = self._prompt
            try:
                await self._stream(prompt, new_tokens)
            except PromptTooLong as error:
                assistant.learn_density(len(self._prompt), error.found_tokens)
                assistant.epochs.clear()
                if last_attempt:
                    raise
            else:
                break
        kept = joined(self._kept()).text
        self.cut = self.cut or len(kept) < len(self.raw)
        truncated = self.account.finish_reason == "length" and not self.cut
        ended = self.shape.with_prefilled(self.shape.prefilled, truncated=truncated)
        self.text, self.replaces = clean_line(kept, ended)
        assistant.completions.put(
            source,
            offset,
            self.text,
            confidence=self.confidence,
            least=self.least,
            replaces=self.replaces,
            cut=self.cut,
        )

    def _measured(self) -> Calibration | None:
        """What a line that nobody asked for must reach."""
        return self._assistant.calibration if self.unasked else None

    def _kept(self) -> tuple[Line, ...]:
        return self._lines.sure(self._measured())

    async def _drafts(self, prompt: Prompt) -> tuple[str, ...]:
        """What lookup finds here, as a guess for the worker to verify, where the worker has measured that this pays."""
        client = await self._assistant.supervisor.client()
        if client.facts is None or not client.facts.speculates or not self._assistant.settings.inline_completion.lookup:
            return ()
        match = lookup(self.shape.source, self.shape.offset, index=self._assistant.neighbours.index)
        return (draft_of(match, prompt, self.shape),) if match is not None else ()

    async def _stream(self, prompt: Prompt, new_tokens: int) -> None:
        """Collect the model's raw text, and end it at the end of the statement or block."""
        ended = ""
        stream = self._assistant.scheduler.generate(
            self._rank,
            prompt.parts,
            max_tokens=new_tokens,
            stop=prompt.stop,
            sequence=sequence_of(prompt, self.shape.source),
            heal=True,
            drafts=await self._drafts(prompt),
            account=self.account,
        )
        self._assistant.changed()
        try:
            async with aclosing(stream) as pieces:
                async for piece in pieces:
                    self.raw += piece.text
                    self._lines.add(piece.text, piece.logprob)
                    self._progress.set()
                    ended = self._ended(piece.text)
                    if ended:
                        break
        finally:
            self._assistant.changed()
        if ended:
            self.account.finish_reason = ended
        self._assistant.warmth.note(sequence_of(prompt, self.shape.source), self._prompt)
        self._assistant.learn_density(len(self._prompt), self.account.prompt_tokens)

    def _ended(self, newest: str) -> str:
        """Why nothing more of the text is wanted, or "" while there is something to come."""
        if "\n" not in newest:
            looks = self.account.new_tokens % LOOK_TOKENS == 0
            return "repetition" if looks and is_loop(preview(self.raw, self.shape)) else ""
        if self._lines.doubt(self._measured()):
            self.cut = True
            return "doubted"
        return "complete" if is_complete(self.raw, self.shape) else ""


def prompt_for(assistant: Assistant, shape: Shape) -> Prompt:
    """What the model is told of a place. The front of it stays what it was while one line is being written."""
    profile = assistant.profile
    budget = assistant.budget(assistant.settings.inline_completion.max_new_tokens)
    room = budget.characters(PREFIX_SHARE)
    limit = room if profile.prefix_characters is None else min(room, profile.prefix_characters)
    start = assistant.epochs.start(shape.source, shape.tree, shape.offset, limit)
    context = completion_context(shape.source, shape.tree, shape.offset, budget, start=start)
    context = assistant.epochs.settled(shape.source, shape.offset, context)
    return profile.completion(context, multiline=shape.multiline)


def sequence_of(prompt: Prompt, source: Source) -> str:
    """The KV state that a prompt belongs to: its document's, and among them that of prompts which begin like it."""
    return f"{prompt.kind} {source.uri}"


def draft_of(match: Match, prompt: Prompt, shape: Shape) -> str:
    """A match as the model would write it: with the blanks before the cursor that the prompt leaves to it."""
    written = shape.line_prefix
    blanks = written[len(written.rstrip(" \t")) :]
    left_out = blanks if blanks and not prompt.prefilled.endswith(blanks) else ""
    return left_out + match.lines.replace("\r\n", "\n").replace("\r", "\n")
