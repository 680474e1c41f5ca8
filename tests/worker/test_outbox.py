"""Which tokens travel together, and which never wait."""

from __future__ import annotations

import pytest

from phi_ls.wire import Chunk, FromWorker
from phi_ls.worker import outbox
from phi_ls.worker.outbox import Outbox


class Clock:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outbox, "time", clock)
    return clock


def sent_while(clock: Clock, step_ms: float, tokens: str, *, per_step: int = 1) -> list[str]:
    """The messages' texts for tokens that come so many with each step of the engine; `|` marks a step."""
    messages: list[FromWorker | str] = []
    box = Outbox(1, messages.append)
    for index, token in enumerate(tokens):
        if index and index % per_step == 0:
            box.before_step()
            messages.append("|")
            clock.seconds += step_ms / 1000
        box.put(token, -0.5)
    box.flush()
    return [
        "".join(token.text for token in message.tokens()) if isinstance(message, Chunk) else str(message)
        for message in messages
    ]


def test_a_slow_engine_sends_each_token_before_its_next_step(clock: Clock) -> None:
    assert sent_while(clock, 50, "abcd") == ["a", "|", "b", "|", "c", "|", "d"]


def test_tokens_of_a_fast_engine_travel_together_and_none_waits_more_than_two_milliseconds(clock: Clock) -> None:
    assert sent_while(clock, 0.6, "abcdefgh") == ["a", "|", "|", "|", "|", "bcde", "|", "|", "|", "fgh"]


def test_guesses_that_came_true_are_sent_before_the_next_slow_step(clock: Clock) -> None:
    assert sent_while(clock, 50, "abcdefg", per_step=3) == ["abc", "|", "def", "|", "g"]


def test_nothing_is_sent_for_nothing() -> None:
    messages: list[FromWorker] = []
    box = Outbox(1, messages.append)
    box.flush()
    box.before_step()
    assert messages == []


def test_each_token_keeps_its_own_probability() -> None:
    messages: list[FromWorker] = []
    box = Outbox(7, messages.append)
    for number in range(3):
        box.put(str(number), -number / 3)
    box.flush()
    (chunk,) = messages
    assert isinstance(chunk, Chunk)
    assert chunk.tokens() == (
        Chunk(id=7, text="0", logprob=0.0),
        Chunk(id=7, text="1", logprob=-0.333333),
        Chunk(id=7, text="2", logprob=-0.666667),
    )
