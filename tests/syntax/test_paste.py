"""What a text would do to the syntax of a file."""

from __future__ import annotations

import pytest

from marked import marked
from phi_ls.syntax import Paste, parse


@pytest.mark.parametrize(
    ("marked_text", "text", "harms"),
    [
        pytest.param("x = $0\n", "1", False, id="completes"),
        pytest.param("x = 1$0\n", " 2", True, id="breaks"),
        pytest.param("f($0)\n", "a", False, id="argument"),
        pytest.param("f($0)\n", "a)", True, id="bracket-too-many"),
        pytest.param("x = '$0'\n", "é😀", False, id="beyond-ascii"),
        pytest.param("é = 1 2\nx = $0\n", "1", False, id="errors-elsewhere-do-not-count"),
    ],
)
def test_a_paste_is_judged_by_the_errors_that_it_adds(marked_text: str, text: str, harms: bool) -> None:
    m = marked(marked_text)
    paste = Paste(m.source(), m.cursor)
    assert paste.harms(text) is harms
    whole = parse(marked(marked_text.replace("$0", text + "$0")).source())
    assert whole is not None
    assert paste.errors_with(text) == whole.errors


def test_without_a_grammar_nothing_is_an_error() -> None:
    m = marked("x = $0")
    assert not Paste(m.source("plaintext"), m.cursor).harms(")))")
