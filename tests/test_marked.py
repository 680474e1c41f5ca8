"""The helper that other tests stand on."""

from __future__ import annotations

import pytest

from marked import Marked, marked, with_marks
from phi_ls.text import Span


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("f($0)", Marked("f()", 2, Span(2, 2)), id="cursor"),
        pytest.param("$0a$0b", Marked("ab", 1, Span(0, 1)), id="selection"),
        pytest.param(r"echo \$0 $0", Marked("echo $0 ", 8, Span(8, 8)), id="escaped"),
        pytest.param("é🙂$0", Marked("é🙂", 2, Span(2, 2)), id="code-points"),
    ],
)
def test_marks_are_taken_out_of_the_text(text: str, result: Marked) -> None:
    assert marked(text) == result


@pytest.mark.parametrize("text", ["no mark", "$0 $0 $0", r"\$0"])
def test_a_text_without_one_or_two_marks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="wanted one or two marks"):
        marked(text)


def test_marks_can_be_put_back() -> None:
    assert with_marks("ab", 0, 2) == "$0ab$0"
