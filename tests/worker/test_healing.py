"""Words that are half written when the prompt ends: the text stays, its tokens may change."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.wire import Control, Text
from phi_ls.worker.healing import Healing, Pieces, take_back

VOCABULARY = [
    "",
    " ",
    "  ",
    "   ",
    "a",
    "b",
    " a",
    "ab",
    "abc",
    " abc",
    " abcd",
    "bc",
    "c",
    "d",
    "cd",
    ".",
    "x",
    "€",
    "z",
    "zy",
]
SCORES = st.lists(st.floats(-10, 10, width=32), min_size=len(VOCABULARY), max_size=len(VOCABULARY))


def piece(token: int) -> bytes:
    return VOCABULARY[token].encode()


def ids(*texts: str) -> list[int]:
    return [VOCABULARY.index(text) for text in texts]


@pytest.mark.parametrize(
    ("tokens", "taken"),
    [
        pytest.param(["x", ".", "ab"], "ab", id="a-word"),
        pytest.param(["x", " a", "b"], " ab", id="a-word-of-two-tokens-with-its-space"),
        pytest.param(["x", "a", "b", "c", "d"], "bcd", id="no-more-than-three"),
        pytest.param(["x", "   "], "   ", id="blanks"),
        pytest.param(["x", "  ", " "], "   ", id="blanks-of-two-tokens"),
        pytest.param(["x", "a", "."], "", id="punctuation"),
        pytest.param(["x", "€"], "x€", id="letters-outside-ascii"),
        pytest.param(["ab"], "", id="something-must-be-left-to-feed"),
    ],
)
def test_the_tokens_of_the_last_word_are_taken_back(tokens: list[str], taken: str) -> None:
    found = take_back(piece, [Text("".join(tokens))], ids("x", *tokens) if tokens[0] == "x" else ids(*tokens))
    assert found.text.decode() == taken
    assert b"".join(map(piece, found.tokens)) == found.text


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([Text("xab"), Control("<|end|>")], id="a-control-token-behind-it"),
        pytest.param([Text("xab"), Text("", border=True)], id="a-border-behind-it"),
    ],
)
def test_nothing_is_taken_back_of_a_text_that_is_closed(parts: list[Text | Control]) -> None:
    assert take_back(piece, parts, ids("x", "ab")).tokens == ()


def test_nothing_is_taken_back_across_a_border() -> None:
    assert take_back(piece, [Text("xa"), Text("b", border=True)], ids("x", "a", "b")).text == b"b"


def test_a_space_that_the_tokenizer_put_there_is_not_of_the_text() -> None:
    assert take_back(piece, [Control("<|user|>"), Text("abc")], ids("x", " abc")).tokens == ()


def healed(taken: list[str], *steps: dict[str, float]) -> list[tuple[str, str, float]]:
    """The tokens that are chosen until the text is spelled, what they add, and their probabilities."""
    healing = Healing(take_back(piece, [Text("x" + "".join(taken))], ids("x", *taken)), Pieces(piece, len(VOCABULARY)))
    chosen = []
    for step in steps:
        assert healing.open
        scores = np.full(len(VOCABULARY), -5, np.float32)
        for text, score in step.items():
            scores[VOCABULARY.index(text)] = score
        token, logprob = healing.choose(scores)
        chosen.append((VOCABULARY[token], healing.took(token).decode(), round(math.exp(logprob), 2)))
    assert not healing.open
    return chosen


def test_the_likeliest_token_that_goes_on_is_chosen_and_its_probability_is_among_those() -> None:
    # " abc" and " abcd" are equally likely given " a"; what does not begin so does not count.
    assert healed([" a"], {"x": 9, " abcd": 2, " abc": 2, "": 9})[0][2] == 0.5


def test_a_longer_token_is_cut_to_what_is_new() -> None:
    assert healed([" a"], {"x": 9, " abcd": 2}) == [(" abcd", "bcd", 1.0)]


def test_the_old_tokens_come_again_when_nothing_else_is_likelier() -> None:
    assert healed([" a", "b"], {"x": 9, " a": 3}, {"x": 9, "b": 3}) == [(" a", "", 1.0), ("b", "", 1.0)]


def test_a_shorter_token_is_chosen_only_when_it_is_the_models_own_first_choice() -> None:
    assert healed(["abc"], {"x": 9, "a": 4, "abc": 1})[0][:2] == ("abc", "")
    assert healed(["abc"], {"a": 4, "abc": 1}, {"bc": 1}) == [("a", "", 0.95), ("bc", "", 1.0)]


def test_a_shorter_token_after_which_nothing_fits_is_never_chosen() -> None:
    # There is no token for a "y" alone.
    assert healed([" a", "zy"], {" a": 4}, {"z": 4, "zy": 1}) == [(" a", "", 1.0), ("zy", "", 1.0)]


def test_blanks_are_cut_anew_before_a_word() -> None:
    assert healed(["   "], {"x": 9, "  ": 4, "   ": 1}, {"x": 9, " abc": 4}) == [
        ("  ", "", 0.95),
        (" abc", "abc", 1.0),
    ]


@given(st.lists(st.sampled_from(VOCABULARY[1:]), min_size=1, max_size=5), st.lists(SCORES, min_size=12, max_size=12))
def test_whatever_the_scores_the_text_is_spelled_again(tokens: list[str], scores: list[list[float]]) -> None:
    text = "x" + "".join(tokens)
    prompt = ids("x", *tokens)
    taken = take_back(piece, [Text(text)], prompt)
    kept = prompt[: len(prompt) - len(taken.tokens)]
    assert b"".join(map(piece, kept)) + taken.text == text.encode()
    healing = Healing(taken, Pieces(piece, len(VOCABULARY)))
    spelled = new = b""
    for row in scores:
        if not healing.open:
            break
        token, logprob = healing.choose(np.array(row, np.float32))
        assert logprob <= 0
        spelled += piece(token)
        new += healing.took(token)
    assert not healing.open
    assert spelled == taken.text + new
