"""Who may use the one engine next.

One generation runs at a time. Typing goes before hovers, hovers before actions; what nobody has asked for yet comes
last. A newer completion displaces every older one, and a completion ahead is displaced by whatever is asked for. Any
other generation that is interrupted goes on later from the text that it had, so that its caller sees one unbroken
stream.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from enum import IntEnum
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from phi_ls import wire
from phi_ls.errors import PhiLsError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from phi_ls.inference.client import Stream, WorkerClient


class Rank(IntEnum):
    """The order in which requests are served; lower first."""

    TYPING = 0
    HOVER = 1
    ACTION = 2
    NEXT = 3
    """The completion behind the one that is offered."""
    PROMPT = 4
    """A prompt that is read before anything is asked."""
    WARM_UP = 5


class Displaced(PhiLsError):
    """A newer completion took the place of this one; nobody waits for its answer any more."""

    def __init__(self) -> None:
        super().__init__("a newer request took the place of this one")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One new token's text and natural-log probability."""

    text: str
    logprob: float


@dataclass
class Account:
    """What a generation has cost so far, over all its interruptions; the caller reads it at any time."""

    prompt_tokens: int = 0
    reused_tokens: int = 0
    prefilled_tokens: int = 0
    new_tokens: int = 0
    ms_first_token: float = 0.0
    ms_engine: float = 0.0
    ms_queue: float = 0.0
    finish_reason: str = ""
    interruptions: int = 0


@dataclass(order=True)
class _Turn:
    rank: Rank
    number: int
    account: Account = field(compare=False)
    granted: asyncio.Event = field(default_factory=asyncio.Event, compare=False)
    revoked: asyncio.Event = field(default_factory=asyncio.Event, compare=False)
    displaced: bool = field(default=False, compare=False)


@dataclass
class _Stretch:
    """One uninterrupted part of a generation; times in seconds of the loop's clock."""

    began: float
    first: bool
    first_token: float = 0.0


class Scheduler:
    """Grants turns on the worker that `client` yields; one scheduler per server."""

    def __init__(self, client: Callable[[], Awaitable[WorkerClient]]) -> None:
        self._client = client
        self._numbers = count()
        self._waiting: list[_Turn] = []
        self._running: _Turn | None = None

    @property
    def busy(self) -> bool:
        """A generation runs or waits."""
        return self._running is not None or bool(self._waiting)

    async def generate(
        self,
        rank: Rank,
        parts: Sequence[wire.Part],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        sequence: str = "",
        heal: bool = False,
        drafts: Sequence[str] = (),
        account: Account | None = None,
    ) -> AsyncGenerator[Piece, None]:
        """Pieces until the model ends. Close it (`contextlib.aclosing`) to stop early.

        `sequence`, `heal` and `drafts` are those of `wire.Generate`. Without a sequence the rank chooses one, so that
        hovers and actions leave the KV state of typing alone. With `max_tokens` 0 the prompt is read and nothing comes.
        Raises `Displaced` for a completion that a newer one replaced, and what `Stream` raises.
        """
        account = account if account is not None else Account()
        turn = self._enter(rank, account)
        sequence = sequence or ("action" if rank in (Rank.HOVER, Rank.ACTION) else "typing")
        produced: list[str] = []
        loop = asyncio.get_running_loop()
        try:
            while True:
                asked = loop.time()
                await turn.granted.wait()
                account.ms_queue += (loop.time() - asked) * 1000
                if turn.displaced:
                    raise Displaced
                ask = partial(
                    _ask,
                    parts=(*parts, wire.Text("".join(produced))) if produced else tuple(parts),
                    max_tokens=max_tokens - account.new_tokens,
                    stop=stop,
                    sequence=sequence,
                    # What was said already is not to be said in another way.
                    heal=heal and not produced,
                    drafts=() if produced else drafts,
                    ahead=turn.rank.name.lower() if turn.rank in (Rank.NEXT, Rank.PROMPT) else "",
                )
                run = self._run(turn, ask, account)
                async with aclosing(run) as pieces:
                    async for piece in pieces:
                        produced.append(piece.text)
                        yield piece
                if not turn.revoked.is_set() or account.finish_reason != "cancelled":
                    return  # a text that was complete before it could be interrupted is not asked for again
                if turn.displaced:
                    raise Displaced
                account.interruptions += 1
                self._again(turn)
        finally:
            self._leave(turn)

    async def _run(
        self,
        turn: _Turn,
        ask: Callable[[WorkerClient], Stream],
        account: Account,
    ) -> AsyncGenerator[Piece, None]:
        """One uninterrupted stretch; ends early, with what had come, when the turn is revoked."""
        client = await self._client()
        loop = asyncio.get_running_loop()
        stretch = _Stretch(loop.time(), first=account.new_tokens == 0)
        async with ask(client) as stream:
            revoked = asyncio.create_task(_when(turn.revoked, stream.cancel))
            try:
                async for chunk in stream:
                    stretch.first_token = stretch.first_token or loop.time()
                    account.new_tokens += 1
                    yield Piece(text=chunk.text, logprob=chunk.logprob)
            finally:
                revoked.cancel()
                _settle(account, stream, stretch, loop.time())

    def promote(self, account: Account) -> None:
        """Somebody types and waits for the generation with this account, whatever its rank was."""
        turns = [*self._waiting, *([self._running] if self._running else [])]
        for turn in [turn for turn in turns if turn.account is account and turn.rank is not Rank.TYPING]:
            self._displace(Rank.TYPING)
            turn.rank = Rank.TYPING
            self._compete(turn)

    def _enter(self, rank: Rank, account: Account) -> _Turn:
        turn = _Turn(rank, next(self._numbers), account)
        if rank is Rank.TYPING:
            self._displace(Rank.TYPING)
        if rank in (Rank.TYPING, Rank.NEXT):
            self._displace(Rank.NEXT)
        self._waiting.append(turn)
        self._grant()
        self._compete(turn)
        return turn

    def _compete(self, turn: _Turn) -> None:
        """Interrupt what runs, if it comes after `turn`."""
        running = self._running
        if running is not None and running is not turn and running.rank > turn.rank:
            running.displaced = running.rank is Rank.NEXT
            running.revoked.set()

    def _displace(self, rank: Rank) -> None:
        """End every generation of a rank."""
        for other in [other for other in self._waiting if other.rank is rank]:
            other.displaced = True
            other.granted.set()
            self._waiting.remove(other)
        if self._running is not None and self._running.rank is rank:
            self._running.displaced = True
            self._running.revoked.set()

    def _again(self, turn: _Turn) -> None:
        turn.granted.clear()
        turn.revoked.clear()
        if self._running is turn:
            self._running = None
        self._waiting.append(turn)
        self._grant()

    def _leave(self, turn: _Turn) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        if self._running is turn:
            self._running = None
        self._grant()

    def _grant(self) -> None:
        if self._running is None and self._waiting:
            turn = min(self._waiting)
            self._waiting.remove(turn)
            self._running = turn
            turn.granted.set()


def _ask(
    client: WorkerClient,
    *,
    parts: Sequence[wire.Part],
    max_tokens: int,
    stop: Sequence[str],
    sequence: str,
    heal: bool,
    drafts: Sequence[str],
    ahead: str,
) -> Stream:
    return client.generate(
        parts, max_tokens=max_tokens, stop=stop, sequence=sequence, heal=heal, drafts=drafts, ahead=ahead
    )


async def _when(event: asyncio.Event, act: Callable[[], None]) -> None:
    await event.wait()
    act()


def _settle(account: Account, stream: Stream, stretch: _Stretch, end: float) -> None:
    """Add what one stretch has cost: by the worker's own record, or by our clock when the stream was left early."""
    started, done = stream.started, stream.done
    if done is not None:
        numbers = done.statistics
        account.finish_reason = done.finish_reason
    else:
        prompt, reused = (started.prompt_tokens, started.reused_tokens) if started else (0, 0)
        numbers = wire.Statistics(
            prompt_tokens=prompt,
            reused_tokens=reused,
            prefilled_tokens=prompt - reused,
            ms_first_token=((stretch.first_token or end) - stretch.began) * 1000,
            ms_total=(end - stretch.began) * 1000,
        )
        account.finish_reason = "cancelled"
    account.prefilled_tokens += numbers.prefilled_tokens
    account.ms_engine += numbers.ms_total
    if stretch.first:
        account.prompt_tokens = numbers.prompt_tokens
        account.reused_tokens = numbers.reused_tokens
        account.ms_first_token = numbers.ms_first_token
