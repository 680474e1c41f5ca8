"""What is kept of what a model writes."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from golden_files import GOLDEN
from marked import marked
from phi_ls.features.postprocess import Shape, clean, clean_line, is_complete
from phi_ls.features.postprocess.repetition import is_loop
from phi_ls.syntax import errors_in, parse

CASES = tomllib.loads((GOLDEN / "postprocess" / "cases.toml").read_text("utf-8"))["case"]


def shape_of(
    marked_text: str, *, language: str = "python", prefilled: str = "", multiline: bool = False, truncated: bool = False
) -> Shape:
    m = marked(marked_text)
    return Shape(
        source=m.source(language),
        offset=m.cursor,
        prefilled=prefilled,
        multiline=multiline,
        language=language,
        truncated=truncated,
    )


def accept(shape: Shape, text: str) -> str:
    return shape.source.text[: shape.offset] + text + shape.source.text[shape.offset :]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_what_is_kept(case: dict[str, Any]) -> None:
    options = {key: value for key, value in case.items() if key in ("language", "prefilled", "multiline", "truncated")}
    shape = shape_of(case["source"], **options)
    kept = clean(case["raw"], shape)
    assert (accept(shape, kept) if kept else "") == case["accepted"]
    if kept:
        before, after = (
            parse(shape.source),
            parse(marked(case["source"].replace("$0", kept.replace("$0", "") + "$0")).source(shape.language)),
        )
        assert before is None or after is None or errors_in(after) <= errors_in(before)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_stopping_early_keeps_the_same(case: dict[str, Any]) -> None:
    options = {key: value for key, value in case.items() if key in ("language", "prefilled", "multiline")}
    shape = shape_of(case["source"], **options)
    raw = case["raw"]
    ends = [end for end in range(1, len(raw) + 1) if raw[end - 1] == "\n"]
    stopped = next((end for end in ends if is_complete(raw[:end], shape)), len(raw))
    assert clean(raw[:stopped], shape) == clean(raw, shape)


@pytest.mark.parametrize(
    ("marked_text", "raw", "options", "complete"),
    [
        pytest.param("$0\n", "x = 1", {}, False, id="line-not-ended"),
        pytest.param("$0\n", "x = 1\n", {}, True, id="line-ended"),
        pytest.param("$0\n", "\n", {}, False, id="nothing-said-yet"),
        pytest.param("$0\n", "x = f(\n", {}, False, id="bracket-open"),
        pytest.param("$0\n", "x = f(\n    1\n)\n", {}, True, id="bracket-closed"),
        pytest.param("x = f($0\n\n\ndef g():\n    pass\n", "1,\n", {}, False, id="open-call-goes-on"),
        pytest.param("x = f($0\n\n\ndef g():\n    pass\n", "1,\n    2)\n", {}, True, id="open-call-ends"),
        pytest.param("x = 1$0\n", "\n", {}, True, id="nothing-can-come"),
        pytest.param("x = $0\n", "a a a a a a a a a a a a a a\n", {}, True, id="loop"),
        pytest.param("a = 1\n$0\nprint(a)\n", "print(a)\n", {}, True, id="repeats-the-next-line"),
        pytest.param("def f():\n    $0\n", "x = 1\n", {"multiline": True}, False, id="block-goes-on"),
        pytest.param("def f():\n    $0\n", "x = 1\n\n", {"multiline": True}, False, id="empty-line-in-a-block"),
        pytest.param("def f():\n    $0\n", "x = 1\n\nd", {"multiline": True}, True, id="block-ended"),
        pytest.param(
            "def f():\n    $0\n", "    x = 1\n\n", {"multiline": True, "prefilled": "def f():\n"}, False, id="prefilled"
        ),
        pytest.param(
            "def f():\n    $0\n",
            "x = 1\n" + "    x += 1\n    y -= x\n" * 20 + "\n",
            {"multiline": True},
            True,
            id="too-long",
        ),
        pytest.param("x = (1 2\ny = $0\n", "1\n", {}, True, id="errors-elsewhere"),
    ],
)
def test_a_growing_text_is_complete_when_its_statement_or_block_is(
    marked_text: str, raw: str, options: dict[str, Any], complete: bool
) -> None:
    assert is_complete(raw, shape_of(marked_text, **options)) is complete


@pytest.mark.parametrize(
    ("text", "loops"),
    [
        ("a b c d a b c d a b c d", True),
        ("a b c d a b c d a b c", False),
        ("x, x, x, x, x", False),
        ("x, x, x, x, x, x, x", True),
        ("self.a = a\nself.b = b\nself.c = c\nself.d = d", False),
        ("1" + "0" * 30, True),
        ("0xffffffffffff", False),
        ("-" * 11, False),
        ("", False),
    ],
)
def test_loops_are_runs_of_tokens_that_come_three_times_in_a_row(text: str, loops: bool) -> None:
    assert is_loop(text) is loops


def test_another_language_than_the_source_s_own_can_judge() -> None:
    m = marked("x = f($0)\n")
    shape = Shape(source=m.source("plaintext"), offset=m.cursor, language="python")
    assert clean("a b", shape) == ""


@pytest.mark.parametrize(
    ("source", "raw", "accepted"),
    [
        pytest.param("if f($0)\n", "x):\n", "if f(x):\n", id="past-a-bracket"),
        pytest.param("x = d['$0']\n", "a'].b\n", "x = d['a'].b\n", id="past-a-quote-and-a-bracket"),
        pytest.param("x = f($0)\n", "a)\n", "x = f(a)\n", id="no-further-than-the-bracket"),
        pytest.param("x = f($0)\n", "a) + g(b)\n", "x = f(a) + g(b)\n", id="another-bracket-at-the-end"),
        pytest.param("x = f($0) + 1\n", "a) + 2\n", "x = f(a) + 1\n", id="code-behind-the-bracket-stays"),
        pytest.param("x = f($0)\n", "a\n", "x = f(a)\n", id="nothing-of-the-rest"),
    ],
)
def test_a_text_that_goes_past_what_the_editor_has_closed_replaces_it(source: str, raw: str, accepted: str) -> None:
    shape = shape_of(source)
    text, replaces = clean_line(raw, shape)
    whole = shape.source.text
    assert whole[: shape.offset] + text + whole[shape.offset + replaces :] == accepted
