"""Kept explanations: they come back, they age, they can be deleted; and what makes one stale."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from marked import marked
from phi_ls.features.assistant import Assistant
from phi_ls.features.explanations import OLDEST_SECONDS, Explanations
from phi_ls.features.hover import Uses, hover
from phi_ls.text import Source

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_an_explanation_survives_a_restart(tmp_path: Path) -> None:
    Explanations(tmp_path).keep("key", "It adds \u2013 exactly.\n")
    again = Explanations(tmp_path)
    assert again.get("key") == "It adds \u2013 exactly.\n"
    assert again.get("other") is None


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    kept = Explanations(tmp_path, largest_bytes=250)
    for number in range(4):
        kept.keep(f"key{number}", "x" * 100)
        os.utime(tmp_path / f"key{number}.md", (time.time() - 100 + number,) * 2)
    Explanations(tmp_path).get("key0")  # what is asked for is young again
    kept.evict()
    assert names(tmp_path) == ["key0.md", "key3.md"]


def test_what_nobody_asked_for_in_a_long_time_goes(tmp_path: Path) -> None:
    kept = Explanations(tmp_path)
    kept.keep("new", "x")
    kept.keep("old", "x")
    os.utime(tmp_path / "old.md", (time.time() - OLDEST_SECONDS - 10,) * 2)
    kept.evict()
    assert names(tmp_path) == ["new.md"]


def test_what_cannot_be_deleted_stays_and_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    explanations = Explanations(tmp_path, largest_bytes=0)
    explanations.keep("key", "It adds.")
    assert names(tmp_path) == ["folder"]
    assert explanations.get("key") == "It adds."
    assert explanations.clear() == 0


def test_all_can_be_deleted(tmp_path: Path) -> None:
    kept = Explanations(tmp_path)
    kept.keep("a", "x")
    kept.keep("b", "x")
    assert kept.clear() == 2
    assert (kept.get("a"), names(tmp_path)) == (None, [])
    assert Explanations(tmp_path / "absent").clear() == 0


def test_a_folder_that_cannot_be_written_costs_only_the_keeping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    kept = Explanations(tmp_path / "file" / "below")
    kept.keep("a", "x")
    assert kept.get("a") == "x"
    assert "an explanation could not be kept" in caplog.text


FILE = marked(
    """\
def scale(x):
    return 2 * x


def ar$0ea(r):
    return scale(r) * r


def other():
    return area(1)
"""
)


@pytest.mark.parametrize(
    ("old", "new", "stale"),
    [
        pytest.param("scale(r) * r", "scale(r) + r", True, id="its-own-body"),
        pytest.param("def scale(x):", "def scale(x, y=1):", True, id="the-signature-of-what-it-calls"),
        pytest.param("return 2 * x", "return 3 * x", False, id="the-body-of-what-it-calls"),
        pytest.param("return area(1)", "return area(2)", False, id="who-calls-it"),
        pytest.param("def scale", "import os\n\n\ndef scale", False, id="lines-above"),
    ],
)
def test_an_explanation_is_of_the_code_and_what_it_calls(old: str, new: str, stale: bool) -> None:
    assistant = Assistant()
    card = hover(assistant, FILE.source(), FILE.cursor)
    assert card is not None
    assistant.keep_explanation(card.symbol_key, "It measures.")
    changed = FILE.text.replace(old, new)
    after = hover(assistant, Source("file:///a.py", "python", 2, changed), changed.index("area"))
    assert after is not None
    assert after.explanation == (None if stale else "It measures.")


def test_uses_are_counted_in_this_file_and_in_open_ones() -> None:
    assistant = Assistant()
    others = (
        Source("file:///b.py", "python", 1, "from a import area\nprint(area(1), areas)\n"),
        Source("file:///c.js", "javascript", 1, "area()\n"),
        Source("file:///d.py", "python", 1, "nothing = 1\n"),
    )
    assistant.open_sources = lambda: (FILE.source(), *others)
    card = hover(assistant, FILE.source(), FILE.cursor)
    assert card is not None
    assert (card.uses, card.line) == (Uses(here=2, elsewhere=2, files=1), 4)


def test_a_definition_in_another_open_file_is_found() -> None:
    assistant = Assistant()
    assert hover(assistant, FILE.source(), FILE.cursor) is not None
    m = marked("from a import area\nprint(ar$0ea(1))\n")
    card = hover(assistant, m.source(uri="file:///b.py"), m.cursor)
    assert card is not None
    assert (card.source.uri, card.symbol.signature) == (FILE.source().uri, "def area(r)")
    text = marked("print('ar$0ea')\n")
    assert hover(assistant, text.source(uri="file:///b.py"), text.cursor) is None
