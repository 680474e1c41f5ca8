"""Stop strings across the borders of pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.worker.stop import scan

LETTERS = st.text("ab\n", max_size=12)
STOPS = st.lists(st.text("ab\n", max_size=4), max_size=4).map(tuple)


def let_through(pieces: list[str], stops: tuple[str, ...]) -> tuple[str, str, str]:
    """What is sent of a text that comes in pieces, what is held at its end, and the stop string that was met."""
    sent = held = ""
    for piece in pieces:
        send, held, stop = scan(held, piece, stops)
        sent += send
        if stop:
            return sent, held, stop
    return sent, held, ""


@pytest.mark.parametrize(
    ("pieces", "stops", "result"),
    [
        pytest.param(["x = 1\ny"], ("\n",), ("x = 1", "", "\n"), id="inside-a-piece"),
        pytest.param(["a``", "`b"], ("```",), ("a", "", "```"), id="across-a-border"),
        pytest.param(["a`", "b"], ("```",), ("a`b", "", ""), id="begun-and-not-finished"),
        pytest.param(["a``"], ("```",), ("a", "``", ""), id="held-at-the-end"),
        pytest.param(["\n", "\n", "\ndef"], ("\n\n\n",), ("", "", "\n\n\n"), id="one-character-at-a-time"),
        pytest.param(["abc"], ("abc", "b"), ("a", "", "b"), id="the-one-that-ends-first"),
        pytest.param(["abc"], ("bc", "abc"), ("", "", "abc"), id="the-longer-of-two-that-end-together"),
        pytest.param(["abc"], ("",), ("abc", "", ""), id="an-empty-one-is-ignored"),
        pytest.param(["abc"], (), ("abc", "", ""), id="none"),
    ],
)
def test_text_is_let_through_up_to_the_stop_string(
    pieces: list[str], stops: tuple[str, ...], result: tuple[str, str, str]
) -> None:
    assert let_through(pieces, stops) == result


@given(st.lists(LETTERS), STOPS)
def test_where_the_text_is_cut_does_not_matter(pieces: list[str], stops: tuple[str, ...]) -> None:
    assert let_through(pieces, stops) == let_through(list("".join(pieces)), stops)


@given(st.lists(LETTERS), STOPS)
def test_no_stop_string_is_ever_sent_and_nothing_else_is_lost(pieces: list[str], stops: tuple[str, ...]) -> None:
    text = "".join(pieces)
    sent, held, stop = let_through(pieces, stops)
    assert not any(string in sent + held for string in stops if string)
    assert text.startswith(sent + held + stop)
    if not stop:
        assert sent + held == text


@given(st.lists(LETTERS), STOPS)
def test_only_the_beginning_of_a_stop_string_is_held_back(pieces: list[str], stops: tuple[str, ...]) -> None:
    _, held, _ = let_through(pieces, stops)
    assert not held or any(string.startswith(held) and string != held for string in stops)
