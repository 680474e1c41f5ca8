"""The cache answers what is still right, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from marked import marked
from phi_ls.features.cache import CAPACITY, CompletionCache
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
    return cache.find(source(m.text, uri), m.cursor)


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
        assert typed + rest == offer
