"""Which sequence is kept, which one goes, and what comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phi_ls.worker.sequences import WORTH_KEEPING, Sequences
from worker.engine_double import EngineDouble

LONG = range(1, WORTH_KEEPING + 41)
OTHER = range(200, 200 - WORTH_KEEPING - 40, -1)


def take(sequences: Sequences, name: str, prompt: range | list[int], new_tokens: int = 0) -> int:
    """Read a prompt into a sequence; how many of its tokens were there before."""
    prefix = sequences.enter(name, prompt, new_tokens)
    kept = prefix.keep(prompt)
    assert prefix.fill(prompt, bool)
    return kept


def test_what_another_sequence_does_changes_nothing() -> None:
    sequences = Sequences(EngineDouble(sequences=2))
    take(sequences, "typing", [1, 2, 3])
    assert take(sequences, "action", [1, 9, 9, 9]) == 0
    assert take(sequences, "typing", [1, 2, 3, 4]) == 3
    assert take(sequences, "action", [1, 9, 9, 9, 5]) == 4


def test_with_one_place_the_last_prompt_is_all_that_is_held() -> None:
    engine = EngineDouble(sequences=1)
    sequences = Sequences(engine)
    take(sequences, "typing", LONG)
    assert take(sequences, "action", OTHER) == 0
    assert take(sequences, "typing", LONG) == 0
    assert engine.cache == list(LONG)


def test_the_sequence_that_was_used_longest_ago_gives_its_place() -> None:
    sequences = Sequences(EngineDouble(sequences=2))
    for name in ("a", "b", "a", "c"):
        take(sequences, name, [1, 2, 3])
    assert take(sequences, "a", [1, 2, 3, 4]) == 3
    assert take(sequences, "b", [1, 2, 3, 4]) == 0


def test_it_goes_too_when_there_are_places_but_no_cells() -> None:
    engine = EngineDouble(sequences=3, context_tokens=100, cells=120)
    sequences = Sequences(engine)
    take(sequences, "a", list(range(1, 41)))
    take(sequences, "b", list(range(1, 41)))
    assert take(sequences, "c", list(range(1, 31)), 11) == 0
    assert [len(cache) for cache in engine.caches] == [0, 40, 30]
    assert take(sequences, "b", list(range(1, 42))) == 40


def test_a_sequence_that_had_to_go_comes_back_from_main_memory() -> None:
    engine = EngineDouble(sequences=1)
    engine.can_save = True
    sequences = Sequences(engine, kept_bytes=1000)
    take(sequences, "a.py", LONG)
    take(sequences, "b.py", OTHER)
    engine.calls.clear()
    assert take(sequences, "a.py", [*LONG, 5]) == len(LONG)
    assert engine.calls == ["save 208", "rewind 0", "restore 208", "feed 1"]
    assert take(sequences, "b.py", OTHER) == len(OTHER) - 1


def test_what_is_not_worth_it_is_not_saved_and_what_does_not_fit_the_prompt_is_not_restored() -> None:
    engine = EngineDouble(sequences=1)
    engine.can_save = True
    sequences = Sequences(engine, kept_bytes=1000)
    for name, prompt in (("short", range(1, 10)), ("long", LONG), ("short", range(1, 10)), ("long", OTHER)):
        assert take(sequences, name, prompt) == 0
    assert [call for call in engine.calls if not call.startswith(("feed", "rewind"))] == ["save 208"]


def test_main_memory_is_bounded_and_the_oldest_goes_first() -> None:
    engine = EngineDouble(sequences=1)
    engine.can_save = True
    sequences = Sequences(engine, kept_bytes=2 * 208)
    for name in ("a", "b", "c", "d"):
        take(sequences, name, LONG)
    assert take(sequences, "b", LONG) == len(LONG) - 1
    assert take(sequences, "a", LONG) == 0


def test_a_sequence_that_is_larger_than_the_bound_is_not_saved() -> None:
    engine = EngineDouble(sequences=1)
    engine.can_save = True
    sequences = Sequences(engine, kept_bytes=207)
    take(sequences, "a", LONG)
    take(sequences, "b", OTHER)
    assert take(sequences, "a", LONG) == 0


def test_after_an_error_no_sequence_is_taken_for_granted() -> None:
    engine = EngineDouble(sequences=2)
    sequences = Sequences(engine)
    take(sequences, "a", [1, 2, 3])
    take(sequences, "b", [1, 2, 3])
    engine.caches[0][1] = 99
    sequences.drop()
    assert take(sequences, "b", [1, 2, 3]) == 0
    assert take(sequences, "a", [1, 2, 3]) == 0
    assert engine.caches == [[1, 2, 3], [1, 2, 3]]


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 3), st.integers(1, 90)), max_size=12),
    st.integers(1, 3),
    st.integers(100, 250),
)
def test_any_order_of_any_prompts_leaves_the_right_tokens_in_the_cache(
    prompts: list[tuple[str, int, int]], places: int, cells: int
) -> None:
    engine = EngineDouble(sequences=places, context_tokens=100, cells=cells)
    engine.can_save = True
    sequences = Sequences(engine, kept_bytes=400)
    for name, first, length in prompts:
        prompt = list(range(first, first + length))
        take(sequences, name, prompt, 10)
        assert engine.cache == prompt
