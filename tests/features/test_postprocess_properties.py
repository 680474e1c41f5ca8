"""What holds for whatever a model writes, wherever the cursor stands."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden_files import GOLDEN
from phi_ls.features.postprocess import Shape, clean, clean_line, is_complete
from phi_ls.syntax import language_of, parse
from phi_ls.text import Source

SOURCES = {
    name: (GOLDEN / "symbols" / f"{name}.in").read_text("utf-8") for name in ("sample.py", "sample.js", "sample.ts")
}
PIECES = [
    *(
        "x",
        "self.area()",
        "return ",
        "value",
        "class A",
        "else",
        "if x:",
        "if (x) {",
        "def f(a):",
        "function f() {",
        "=>",
    ),
    *("=", " == ", "(", ")", "[", "]", "{", "}", ",", "1, ", ";", ":", ".", "'", '"', '"""', "`", "\\"),
    *("\n", "\n    ", "\n  ", "\n        ", "\n\n", "\r\n", "\t", " ", "é😀", "\0", "\ud800"),
    *("```", "```python\n", "# note", "// note", "Here is the code:\n", "<redacted>"),
]


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """A cursor somewhere in a sample, perhaps with the rest of a line or of the file cut away."""
    name = draw(st.sampled_from(sorted(SOURCES)))
    text = SOURCES[name]
    if draw(st.booleans()):
        text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r"])))
    offset = draw(st.integers(0, len(text)))
    hole = draw(st.sampled_from([0, 0, 1, 7, 40, 200]))
    text = text[:offset] + text[offset + hole :]
    multiline = draw(st.booleans())
    prefilled = draw(st.sampled_from(["", text[:offset], text[:offset].rstrip(" \t")]))
    return Shape(
        source=Source("file:///project/" + name, language_of(name), 1, text),
        offset=offset,
        prefilled=prefilled,
        multiline=multiline,
        truncated=draw(st.booleans()),
    )


RAW = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@st.composite
def answers(draw: st.DrawFn) -> tuple[Shape, str]:
    """A shape, and a text made of pieces of code, of the text behind the cursor and of the text before it."""
    shape = draw(shapes())
    text, offset = shape.source.text, shape.offset
    behind = text[offset : offset + draw(st.integers(0, 80))]
    before = text[max(0, offset - draw(st.integers(0, 60))) : offset]
    parts = draw(st.permutations([draw(RAW), behind, before if draw(st.booleans()) else "", draw(RAW)]))
    return shape, "".join(parts)


@pytest.mark.timeout(900)
@given(answers())
@settings(max_examples=10_000, deadline=None)
def test_what_is_kept_is_good(answer: tuple[Shape, str]) -> None:
    shape, raw = answer
    kept = clean(raw, shape)
    assert_adds_no_error(shape, kept)
    assert_repeats_no_suffix(shape, kept)
    assert kept == "" or kept.strip()
    if not shape.line_suffix[:1].strip():
        assert kept == kept.rstrip()
    assert set(re.findall(r"\r\n|\n|\r", kept)) <= {shape.source.line_end}
    if not shape.multiline and re.search(r"\w", shape.line_suffix):
        assert len(re.split(r"\r\n|\n|\r", kept)) == 1


@pytest.mark.timeout(900)
@given(answers(), st.sampled_from([")", "]", "'", "):", "}]", '"]', "});"]))
@settings(max_examples=400, deadline=None)
def test_what_takes_the_place_of_closers_is_good(answer: tuple[Shape, str], closers: str) -> None:
    shape, raw = answer
    text, at = shape.source.text, shape.offset
    rest = len(shape.line_suffix)
    closed = replace(shape.source, text=text[:at] + closers + text[at + rest :])
    shape = Shape(source=closed, offset=at, prefilled=shape.prefilled, multiline=shape.multiline)
    kept, replaces = clean_line(raw, shape)
    assert replaces in (0, len(closers))
    if replaces:
        assert set(closers) <= set(kept)
        accepted = replace(closed, version=2, text=text[:at] + kept + text[at + rest :])
        before, after = parse(closed), parse(accepted)
        assert before is not None
        assert after is not None
        assert after.errors <= before.errors


@given(answers())
@settings(max_examples=150, deadline=None)
def test_what_was_kept_once_is_kept_again_or_dropped(answer: tuple[Shape, str]) -> None:
    shape, raw = answer
    kept = clean(raw, shape)
    going_on = Shape(source=shape.source, offset=shape.offset, multiline=shape.multiline)
    again = clean(kept, going_on)
    assert kept.endswith(again) or kept.startswith(again)


@given(answers())
@settings(max_examples=150, deadline=None)
def test_streaming_can_be_asked_at_any_time(answer: tuple[Shape, str]) -> None:
    shape, raw = answer
    for end in (len(raw) // 3, len(raw) // 2, len(raw)):
        assert is_complete(raw[:end], shape) in (True, False)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_right_text_survives_at_every_line(name: str) -> None:
    text = SOURCES[name]
    lost = []
    for match in re.finditer(r"(?m)^([ \t]*)(\S.*)$", text):
        whole = Source("file:///project/" + name, language_of(name), 1, text[: match.end(1)] + text[match.end() :])
        kept = clean(match.group(2), Shape(source=whole, offset=match.end(1)))
        if kept not in (match.group(2), ""):
            lost.append((match.group(2), kept))
        assert_adds_no_error(Shape(source=whole, offset=match.end(1)), kept)
    assert lost == []


def assert_adds_no_error(shape: Shape, kept: str) -> None:
    source = shape.source
    accepted = Source(source.uri, source.language, 2, source.text[: shape.offset] + kept + source.text[shape.offset :])
    before, after = parse(source), parse(accepted)
    assert before is not None
    assert after is not None
    assert after.errors <= before.errors


def assert_repeats_no_suffix(shape: Shape, kept: str) -> None:
    plain = re.sub(r"\r\n?", "\n", kept)
    for size in range(1, min(len(plain), len(shape.after)) + 1):
        overlap = shape.after[:size]
        if plain.endswith(overlap):
            assert not re.search(r"\w", overlap), f"{kept!r} repeats {overlap!r}"
