"""The cache answers what is still right, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from phi_ls.features.cache import CAPACITY, CompletionCache, Kept
from phi_ls.text import Source


def source(text: str, uri: str = "file:///a.py") -> Source:
    return Source(uri, "python", 1, text)


def offered(text: str, completion: str) -> CompletionCache:
    cache = CompletionCache()
    m = marked(text)
    cache.put(source(m.text), m.cursor, completion)
    return cache


def found(cache: CompletionCache, text: str, uri: str = "file:///a.py") -> str | None:
    m = marked(text)
    kept = cache.find(source(m.text, uri), m.cursor)
    return kept.text if kept else None


def applied(cache: CompletionCache, text: str) -> str | None:
    """The text with what is left of the offer in it."""
    m = marked(text)
    kept = cache.find(source(m.text), m.cursor)
    return m.text[: m.cursor] + kept.text + m.text[m.cursor + kept.replaces :] if kept else None


def test_typing_what_was_offered_needs_no_model() -> None:
    cache = offered("x = $0\ny", "compute(1)")
    assert found(cache, "x = $0\ny") == "compute(1)"
    assert found(cache, "x = com$0\ny") == "pute(1)"
    assert found(cache, "x = compute($0\ny") == "1)"


def test_deleting_again_finds_the_whole_offer() -> None:
    cache = offered("x = $0", "compute(1)")
    assert found(cache, "x = com$0") == "pute(1)"
    assert found(cache, "x = $0") == "compute(1)"


def test_other_text_before_behind_or_typed_is_no_hit() -> None:
    cache = offered("x = $0\ny", "compute(1)")
    assert found(cache, "z = $0\ny") is None
    assert found(cache, "x = $0\nz") is None
    assert found(cache, "x = cow$0\ny") is None
    assert found(cache, "x = $0\ny", uri="file:///b.py") is None


def test_an_offer_that_was_typed_to_its_end_is_used_up() -> None:
    assert found(offered("x = $0", "1"), "x = 1$0") is None


def test_that_there_is_nothing_to_offer_is_remembered_too() -> None:
    assert found(offered("x = $0", ""), "x = $0") == ""


@pytest.mark.parametrize(
    ("offer", "typed", "result"),
    [
        pytest.param("compute(1)", "x = compute($0)\ny", "x = compute(1)\ny", id="closing-bracket-at-the-end"),
        pytest.param("f(a) + g(b)", "x = f($0)\ny", "x = f(a) + g(b)\ny", id="another-bracket-of-the-kind-at-the-end"),
        pytest.param("f(a).b", "x = f($0)\ny", "x = f(a).b\ny", id="text-behind-the-bracket"),
        pytest.param("f([a]).b", "x = f([$0])\ny", "x = f([a]).b\ny", id="two-brackets"),
        pytest.param('d["a"]', 'x = d["$0"]\ny', 'x = d["a"]\ny', id="quote-and-bracket"),
        pytest.param("compute(1)", "x = compute(1)$0\ny", None, id="typed-over"),
        pytest.param("a b", "x = a$0)\ny", None, id="a-bracket-of-somebody-else"),
        pytest.param("compute(1)", "x = $0)\ny", None, id="nothing-typed"),
    ],
)
def test_brackets_that_the_editor_closes_are_part_of_the_offer(offer: str, typed: str, result: str | None) -> None:
    assert applied(offered("x = $0\ny", offer), typed) == result


def test_an_offer_that_replaces_closers_goes_on_behind_those_that_are_typed_over() -> None:
    cache = CompletionCache()
    m = marked("if f($0)\ny")
    cache.put(source(m.text), m.cursor, "x):", replaces=1)
    typed = ["if f($0)\ny", "if f(x$0)\ny", "if f(x)$0\ny", "if f(x$0\nz"]
    assert [applied(cache, text) for text in typed] == ["if f(x):\ny"] * 3 + [None]


def test_what_is_kept_of_an_offer_is_kept_of_its_rest() -> None:
    cache = CompletionCache()
    m = marked("x = $0")
    cache.put(source(m.text), m.cursor, "compute(1)", by="lookup", confidence=0.25)
    m = marked("x = com$0")
    assert cache.find(source(m.text), m.cursor) == Kept(text="pute(1)", by="lookup", confidence=0.25)


def test_the_oldest_entries_go_first() -> None:
    cache = CompletionCache()
    for number in range(CAPACITY + 1):
        cache.put(source(f"{number} "), len(f"{number} "), "text")
    assert found(cache, "0 $0") is None
    assert found(cache, "1 $0") == "text"


@given(st.text("ab\n", max_size=8), st.text("ab\n", max_size=8), st.text("ab\n", min_size=1, max_size=8), st.data())
def test_a_hit_always_completes_to_what_was_offered(before: str, after: str, offer: str, data: st.DataObject) -> None:
    cache = CompletionCache()
    cache.put(source(before + after), len(before), offer)
    typed = data.draw(st.text("ab\n", max_size=8))
    rest = cache.find(source(before + typed + after), len(before) + len(typed))
    if rest is not None:
        assert typed + rest.text == offer


@given(st.text("a(\n", max_size=6), st.text("a()[]", min_size=1, max_size=8), st.text("a(", max_size=4), st.data())
def test_with_closers_of_the_editor_a_hit_still_completes_to_what_was_offered(
    before: str, offer: str, after: str, data: st.DataObject
) -> None:
    cache = CompletionCache()
    cache.put(source(before + after), len(before), offer)
    typed = data.draw(st.integers(1, len(offer)).map(lambda count: offer[:count]))
    closers = data.draw(st.text(")]", max_size=3))
    place = len(before) + len(typed)
    text = before + typed + closers + after
    rest = cache.find(source(text), place)
    if rest is not None:
        assert text[:place] + rest.text + text[place + rest.replaces :] == before + offer + after
