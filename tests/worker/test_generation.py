"""One generation at the `Engine` seam: what is sent, in which order, and why it ends."""

from __future__ import annotations

import numpy as np
import pytest

from phi_ls.errors import GenerationFailed, PromptTooLong
from phi_ls.wire import Chunk, Control, Done, FromWorker, Generate, Started, Text
from phi_ls.worker.choice import best
from phi_ls.worker.generation import Generation
from phi_ls.worker.model import Model
from phi_ls.worker.sequences import Sequences
from worker.engine_double import VOCABULARY, EngineDouble


def show(messages: list[FromWorker]) -> str:
    """The messages in a readable line each, without times."""
    lines = []
    for message in messages:
        match message:
            case Started():
                lines.append(f"started {message.prompt_tokens} reused {message.reused_tokens}")
            case Chunk():
                lines += [f"chunk {token.text!r}" for token in message.tokens()]
            case Done(finish_reason=reason, statistics=counts, stop=stop):
                lines.append(f"{reason} {stop!r} prefilled {counts.prefilled_tokens} new {counts.new_tokens}")
            case _:
                lines.append(str(message))
    return "\n".join(lines)


def generated(
    engine: EngineDouble,
    *,
    text: str = "x = ",
    max_tokens: int = 8,
    stop: tuple[str, ...] = (),
    wanted: int = 1000,
    sequences: Sequences | None = None,
) -> str:
    """Run one generation that is wanted so many times it asks."""
    sent: list[FromWorker] = []
    asked = iter([False] * wanted)
    Generation(
        Model(engine, sequences or Sequences(engine)),
        Generate(id=1, parts=(Control("<|user|>"), Text(text)), max_tokens=max_tokens, stop=stop),
        send=sent.append,
        unwanted=lambda: next(asked, True),
    ).run()
    return show(sent)


def test_it_ends_at_an_end_token() -> None:
    assert generated(EngineDouble(b"ab")) == ("started 4 reused 0\nchunk 'a'\nchunk 'b'\nend '' prefilled 4 new 2")


def test_it_ends_at_the_limit_and_does_not_feed_the_last_token() -> None:
    engine = EngineDouble(b"abcdef")
    assert generated(engine, max_tokens=2) == ("started 4 reused 0\nchunk 'a'\nchunk 'b'\nlength '' prefilled 4 new 2")
    assert engine.cache == [byte + 1 for byte in b"x = a"]


def test_it_ends_at_a_stop_string_that_is_not_sent() -> None:
    assert generated(EngineDouble(b"a\n\nb"), stop=("\n\n",)) == (
        "started 4 reused 0\nchunk 'a'\nchunk ''\nchunk ''\nstop '\\n\\n' prefilled 4 new 3"
    )


def test_text_that_was_held_back_is_sent_when_the_end_comes_instead() -> None:
    assert generated(EngineDouble(b"a\n"), stop=("\n\n",)) == (
        "started 4 reused 0\nchunk 'a'\nchunk ''\nchunk '\\n'\nend '' prefilled 4 new 2"
    )


def test_text_that_was_held_back_is_sent_with_the_last_token() -> None:
    assert generated(EngineDouble(b"a\nb"), stop=("\n\n",), max_tokens=2) == (
        "started 4 reused 0\nchunk 'a'\nchunk '\\n'\nlength '' prefilled 4 new 2"
    )


def test_half_a_character_at_the_limit_is_left_out() -> None:
    assert generated(EngineDouble("é€".encode()), max_tokens=3) == (
        "started 4 reused 0\nchunk ''\nchunk 'é'\nchunk ''\nlength '' prefilled 4 new 3"
    )


def test_no_new_tokens_is_a_prefill_only() -> None:
    engine = EngineDouble()
    assert generated(engine, max_tokens=0) == "started 4 reused 0\nlength '' prefilled 4 new 0"
    assert engine.cache == [byte + 1 for byte in b"x = "]


def test_what_was_generated_is_reused_when_it_is_typed_on() -> None:
    engine = EngineDouble(b"abc")
    sequences = Sequences(engine)
    generated(engine, sequences=sequences)
    assert generated(engine, text="x = abcd", sequences=sequences).splitlines()[0] == "started 8 reused 7"


def test_a_cancel_while_the_prompt_is_read_ends_it_before_it_is_started() -> None:
    assert generated(EngineDouble(b"a"), text="x" * 100, wanted=2) == "cancelled '' prefilled 64 new 0"


def test_a_cancel_between_two_tokens_ends_it_before_the_next() -> None:
    assert generated(EngineDouble(b"abcdef"), wanted=3) == (
        "started 4 reused 0\nchunk 'a'\nchunk 'b'\ncancelled '' prefilled 4 new 2"
    )


def test_a_token_whose_step_was_interrupted_is_the_last() -> None:
    engine = EngineDouble(b"abcdef")
    engine.before_feed = lambda tokens: tokens != [ord("b") + 1]
    assert generated(engine) == "started 4 reused 0\nchunk 'a'\nchunk 'b'\ncancelled '' prefilled 4 new 2"


def test_a_prompt_that_leaves_no_room_is_refused_with_both_counts_and_computes_nothing() -> None:
    engine = EngineDouble(context_tokens=20)
    with pytest.raises(PromptTooLong) as refused:
        generated(engine, text="x" * 13, max_tokens=8)
    assert (refused.value.found_tokens, refused.value.limit_tokens) == (13, 12)
    assert engine.calls == []


def test_a_prompt_that_fills_the_context_to_the_last_token_is_taken() -> None:
    engine = EngineDouble(b"abcdefgh", context_tokens=20)
    assert generated(engine, text="x" * 12, max_tokens=8).endswith("length '' prefilled 12 new 8")


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(GenerationFailed, match="no tokens"):
        generated(EngineDouble(), text="")


@pytest.mark.parametrize("score", [np.nan, np.inf], ids=["nan", "inf"])
def test_scores_that_are_no_numbers_are_an_error_and_not_a_token(score: float) -> None:
    engine = EngineDouble()
    engine.scores = np.full(VOCABULARY, score, np.float32)
    with pytest.raises(GenerationFailed, match="no numbers"):
        generated(engine)


def test_the_log_probability_is_that_of_the_softmax() -> None:
    token, logprob = best(np.array([1.0, 3.0, -np.inf, 2.0], np.float32))
    assert token == 1
    assert logprob == pytest.approx(-np.log(1 + np.exp(-1) + np.exp(-2)), abs=1e-6)
