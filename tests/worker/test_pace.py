"""In which pieces a slow llama-server is asked for a long prompt."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from phi_ls.worker.remote.pace import CHARACTERS_PER_TOKEN, LEAST_TOKENS, PIECE_SECONDS, Pace

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST = int(LEAST_TOKENS * CHARACTERS_PER_TOKEN)
PROMPT = "".join(f"line {n}\n" for n in range(600))


def told(tokens: int, seconds: float) -> dict[str, object]:
    return {"timings": {"prompt_n": tokens, "prompt_ms": seconds * 1000}}


def sizes(pieces: Iterable[str]) -> list[int]:
    return [len(later) - len(earlier) for earlier, later in pairwise(["", *pieces])]


def read_at(pace: Pace, prompt: str, tokens_per_second: float) -> list[int]:
    """The sizes of the pieces of a prompt for a server of that speed."""
    asked = []
    for piece in pace.pieces(prompt):
        new = len(piece) - len(asked[-1] if asked else "")
        asked.append(piece)
        tokens = int(new / CHARACTERS_PER_TOKEN)
        pace.learn(told(tokens, tokens / tokens_per_second))
    assert all(prompt.startswith(piece) for piece in asked)
    return sizes(asked)


def test_a_slow_server_is_asked_for_the_smallest_pieces() -> None:
    found = read_at(Pace(), PROMPT, 20)
    assert set(found) == {LEAST}
    assert sum(found) < len(PROMPT) <= sum(found) + LEAST


def test_a_faster_server_is_asked_for_what_it_reads_in_a_moment() -> None:
    found = read_at(Pace(), PROMPT, 400)
    assert found[:3] == [LEAST, 2 * LEAST, int(400 * PIECE_SECONDS * CHARACTERS_PER_TOKEN)]
    assert len(set(found[2:])) == 1


def test_a_fast_server_is_asked_for_twice_as_much_each_time() -> None:
    found = read_at(Pace(), PROMPT, 100_000)
    assert found == [LEAST * 2**n for n in range(len(found))]


def test_a_key_that_was_typed_needs_no_pieces() -> None:
    pace = Pace()
    read_at(pace, PROMPT, 20)
    assert list(pace.pieces(PROMPT + "x")) == []
    assert list(pace.pieces(PROMPT + "y")) == []
    assert pace.read_tokens == 0


def test_what_was_left_is_gone_on_with() -> None:
    pace = Pace()
    first, *_rest = pace.pieces(PROMPT)
    pace = Pace()
    begun = pace.pieces(PROMPT)
    assert next(begun) == first
    begun.close()
    assert next(pace.pieces(PROMPT))[: len(first)] == first
    assert len(next(Pace().pieces(PROMPT))) == len(first)


def test_tokens_read_for_the_pieces_are_counted() -> None:
    pace = Pace()
    for _ in pace.pieces(PROMPT[: LEAST * 2 + 5]):
        pace.learn(told(30, 1))
    assert pace.read_tokens == 60
    pace.learn({})
    assert pace.read_tokens == 60
