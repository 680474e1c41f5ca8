"""What is fed again and what is kept, whatever happens in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.errors import GenerationFailed
from phi_ls.worker.prefix import Prefix, common_length
from worker.engine_double import EngineDouble

if TYPE_CHECKING:
    from collections.abc import Sequence

NEVER = bool


def filled(engine: EngineDouble, *prompts: Sequence[int]) -> Prefix:
    prefix = Prefix(engine)
    for prompt in prompts:
        prefix.keep(prompt)
        assert prefix.fill(prompt, NEVER)
    engine.calls.clear()
    return prefix


def take(prefix: Prefix, prompt: Sequence[int]) -> int:
    kept = prefix.keep(prompt)
    assert prefix.fill(prompt, NEVER)
    return kept


@pytest.mark.parametrize(
    ("before", "after", "kept", "calls"),
    [
        pytest.param([], range(1, 70), 0, ["feed 32", "feed 32", "feed 5"], id="chunks-of-32"),
        pytest.param([1, 2, 3], [1, 2, 3, 4, 5], 3, ["feed 2"], id="typed-on"),
        pytest.param([1, 2, 3, 4], [1, 2, 9], 2, ["rewind 2", "feed 1"], id="changed"),
        pytest.param([1, 2, 3, 4], [1, 2], 1, ["rewind 1", "feed 1"], id="deleted"),
        pytest.param([1, 2, 3], [1, 2, 3], 2, ["rewind 2", "feed 1"], id="the-same-again"),
        pytest.param([1, 2, 3], [7, 8], 0, ["rewind 0", "feed 2"], id="another-file"),
    ],
)
def test_only_what_differs_is_computed(
    before: Sequence[int], after: Sequence[int], kept: int, calls: list[str]
) -> None:
    engine = EngineDouble()
    prefix = filled(engine, before) if before else Prefix(engine)
    assert take(prefix, after) == kept
    assert engine.calls == calls
    assert engine.cache == list(after)


def test_a_cancel_between_two_chunks_leaves_the_finished_ones_for_the_next_prompt() -> None:
    engine = EngineDouble()
    prefix = Prefix(engine)
    prompt = range(1, 101)
    answers = iter([False, False, True])
    prefix.keep(prompt)
    assert not prefix.fill(prompt, lambda: next(answers))
    assert prefix.tokens == tuple(engine.cache) == tuple(range(1, 65))
    assert take(prefix, prompt) == 64
    assert engine.calls == ["feed 32", "feed 32", "feed 32", "feed 4"]


def test_a_chunk_that_was_interrupted_counts_for_nothing() -> None:
    engine = EngineDouble()
    prefix = filled(engine, range(1, 41))
    engine.before_feed = lambda _tokens: False
    assert not prefix.add([7])
    assert prefix.tokens == tuple(engine.cache) == tuple(range(1, 41))


def test_after_an_error_nothing_is_taken_for_granted() -> None:
    engine = EngineDouble()
    prefix = filled(engine, [1, 2, 3])

    def break_after_half(tokens: Sequence[int]) -> bool:
        engine.cache.extend(tokens[:1])
        raise GenerationFailed("out of memory")

    engine.before_feed = break_after_half
    prefix.keep([1, 2, 3, 4, 5])
    with pytest.raises(GenerationFailed):
        prefix.fill([1, 2, 3, 4, 5], NEVER)
    assert prefix.tokens == ()
    engine.before_feed = lambda _tokens: True
    engine.calls.clear()
    assert take(prefix, [1, 2, 3]) == 0
    assert engine.calls == ["rewind 0", "feed 3"]
    assert engine.cache == [1, 2, 3]


@given(st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=80), max_size=8))
def test_any_sequence_of_prompts_ends_with_the_last_one_in_the_cache(prompts: list[list[int]]) -> None:
    engine = EngineDouble()
    prefix = Prefix(engine)
    for prompt in prompts:
        take(prefix, prompt)
        assert prefix.tokens == tuple(engine.cache) == tuple(prompt)


@given(st.lists(st.integers(0, 2)), st.lists(st.integers(0, 2)))
def test_the_common_beginning_is_common_and_the_longest(left: list[int], right: list[int]) -> None:
    length = common_length(left, right)
    assert left[:length] == right[:length]
    assert left[length : length + 1] != right[length : length + 1] or length == len(left) == len(right)
