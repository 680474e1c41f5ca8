"""Text out of bytes that are cut anywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from phi_ls.worker.decoder import TextDecoder, well_formed


def decoded(pieces: list[bytes]) -> list[str]:
    decoder = TextDecoder()
    return [decoder.push(piece) for piece in pieces]


def test_half_a_character_is_held_back() -> None:
    assert decoded([b"a\xf0\x9f", b"\x98", b"\x80b"]) == ["a", "", "\U0001f600b"]


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    assert decoded([b"\xff", b"a", b"\xc3", b"("]) == ["\ufffd", "a", "", "\ufffd("]


@given(st.text(), st.data())
def test_any_cut_gives_the_whole_text(text: str, data: st.DataObject) -> None:
    encoded = well_formed(text).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(encoded)))))
    pieces = [encoded[start:end] for start, end in zip([0, *cuts], [*cuts, len(encoded)], strict=True)]
    assert "".join(decoded(pieces)) == well_formed(text)


@given(st.lists(st.binary(max_size=6)))
def test_any_bytes_give_what_they_give_in_one_piece(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    assert "".join(decoded(pieces)) == "".join(decoded([whole]))
    assert whole.decode("utf-8", "replace").startswith("".join(decoded(pieces)))


@given(st.text())
def test_well_formed_text_stays_as_it_is(text: str) -> None:
    assert well_formed(text) == text


def test_lone_surrogates_are_replaced_and_pairs_are_joined() -> None:
    assert well_formed("a\ud800b\x00\udc00\ud83d\ude00") == "a\ufffdb\x00\ufffd\U0001f600"
