"""Guesses at the next tokens, and answers that are the same with and without them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.wire import Chunk, Done, FromWorker, Generate, Text
from phi_ls.worker.choice import best
from phi_ls.worker.continuation import Continuation
from phi_ls.worker.drafts import Drafts
from phi_ls.worker.generation import Generation
from phi_ls.worker.model import Model
from phi_ls.worker.prefix import Prefix
from phi_ls.worker.sequences import Sequences
from worker.engine_double import END, Parrot


def guesses(drafts: Drafts, answer: list[int], most: int = 3) -> list[list[int]]:
    """What is guessed before each token of an answer."""
    found = []
    for token in answer:
        found.append(drafts.next(most))
        drafts.add(token)
    return found


def test_what_followed_the_same_three_tokens_is_guessed_to_follow_again() -> None:
    assert guesses(Drafts([1, 2, 3, 4, 5, 6, 7, 1, 2, 3]), [4, 5]) == [[4, 5, 6], [5, 6, 7]]


def test_the_last_time_counts() -> None:
    assert guesses(Drafts([1, 2, 3, 4, 1, 2, 3, 5, 1, 2, 3]), [5]) == [[5, 1, 2]]


def test_two_tokens_alike_are_too_few() -> None:
    assert guesses(Drafts([1, 2, 3, 9, 2, 3]), [4]) == [[]]


def test_a_given_draft_is_followed_from_its_beginning_as_long_as_it_comes_true() -> None:
    assert guesses(Drafts([1, 2], [[5, 6, 7], [8, 9]]), [5, 6, 8, 9]) == [[5, 6, 7], [6, 7], [7], []]


def test_another_given_draft_is_found_by_what_it_begins_with() -> None:
    assert guesses(Drafts([1, 2], [[5, 6, 7], [8, 9, 10, 11]]), [8, 9, 10, 11])[3] == [11]


def test_a_draft_does_not_run_on_into_the_next_one() -> None:
    assert guesses(Drafts([1], [[5, 6], [7, 8]]), [5, 6, 1]) == [[5, 6], [6], []]


def test_an_answer_that_repeats_itself_is_guessed_from_itself() -> None:
    assert guesses(Drafts([9]), [1, 2, 3, 1, 2, 3, 1])[-1] == [1, 2, 3]


@given(st.lists(st.integers(0, 3), max_size=20), st.lists(st.lists(st.integers(0, 3)), max_size=3), st.data())
def test_guesses_are_never_too_many_and_always_something_that_was_there(
    prompt: list[int], given_drafts: list[list[int]], data: st.DataObject
) -> None:
    drafts = Drafts(prompt, given_drafts)
    for token in data.draw(st.lists(st.integers(0, 3), max_size=20)):
        most = data.draw(st.integers(-1, 5))
        guess = drafts.next(most)
        assert len(guess) <= max(0, most)
        assert set(guess) <= {0, 1, 2, 3}
        drafts.add(token)


def answered(after: list[int], text: str, drafts: tuple[str, ...], *, speculates: bool) -> tuple[str, Done, int]:
    """An answer with its statistics, and the steps that the engine made for it behind the prompt."""
    engine = Parrot(after)
    sent: list[FromWorker] = []
    request = Generate(id=1, parts=(Text(text),), max_tokens=24, drafts=drafts)
    Generation(Model(engine, Sequences(engine), speculates), request, send=sent.append, unwanted=bool).run()
    done = sent[-1]
    assert isinstance(done, Done)
    chunks = [token for item in sent if isinstance(item, Chunk) for token in item.tokens()]
    assert len(chunks) == done.statistics.new_tokens
    return "".join(token.text for token in chunks), done, sum(call.startswith("feed") for call in engine.calls) - 1


LETTERS = "abcdef"
AFTER = st.lists(st.integers(0, 5).map(lambda number: ord("a") + number + 1), min_size=6, max_size=6)


@given(AFTER, st.text(LETTERS, min_size=1, max_size=30), st.lists(st.text(LETTERS, max_size=12), max_size=2))
def test_an_answer_is_the_same_with_and_without_guesses_and_costs_no_more_steps(
    after: list[int], text: str, drafts: list[str]
) -> None:
    plain, _, steps = answered(after, text, (), speculates=False)
    guessed, done, fewer = answered(after, text, tuple(drafts), speculates=True)
    assert guessed == plain
    assert fewer <= steps
    assert done.statistics.accepted_tokens <= done.statistics.drafted_tokens


def test_guesses_that_come_true_save_steps() -> None:
    # Each letter is followed by the next one, and the last one by the first.
    cycle = [ord("a") + 1 + (token - ord("a")) % 6 for token in range(ord("a") - 1, ord("a") + 5)]
    text, done, steps = answered(cycle, "abcdefabc", (), speculates=True)
    assert text == "def" + "abcdef" * 3 + "abc"
    assert steps <= 8
    assert done.statistics.accepted_tokens >= 15


class Wrong(Drafts):
    """Guesses that never come true."""

    def next(self, most: int) -> list[int]:
        return [END] * most


def test_guessing_ends_when_nothing_comes_true() -> None:
    engine = Parrot([ord("a") + 1])
    prefix = Prefix(engine)
    prefix.keep([5])
    assert prefix.fill([5], bool)
    answer = Continuation(engine, prefix, Wrong([5]), lambda: None)
    for _ in range(40):
        assert best(answer.scores())[0] == ord("a") + 1
        assert answer.take(ord("a") + 1, 10)
    assert (answer.drafted, answer.accepted) == (24, 0)
    assert engine.cache == list(prefix.tokens) == [5] + [ord("a") + 1] * 40


@pytest.mark.parametrize("speculates", [True, False], ids=["guessing", "plain"])
def test_a_cancel_inside_a_verified_step_leaves_a_true_account(speculates: bool) -> None:
    engine = Parrot([ord("a") + 1] * 6)
    sequences = Sequences(engine)
    asked = iter([False] * 6)
    request = Generate(id=1, parts=(Text("aaaaaa"),), max_tokens=50)
    sent: list[FromWorker] = []
    Generation(
        Model(engine, sequences, speculates), request, send=sent.append, unwanted=lambda: next(asked, True)
    ).run()
    done = sent[-1]
    assert isinstance(done, Done)
    assert (done.finish_reason, done.statistics.new_tokens) == ("cancelled", 5)
    assert list(sequences.enter("typing", [1], 0).tokens) == engine.cache
