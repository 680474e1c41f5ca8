"""Token ids from `tokenizer.json`: those of the model's own tokenizer, save that text gives no control token."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.wire import Control, Part, Text
from phi_ls.worker.decoder import well_formed
from phi_ls.worker.parts import encode_parts
from worker.prompts import ODD_TEXTS, SPELLED, chat, joined

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.worker.vocabulary import Vocabulary

pytest.importorskip("tokenizers", reason="needs tokenizers")

STARTER = Path(__file__).parents[2] / "models" / "starter" / "onnx-int8"
MODELS = ("4k", "128k", "starter")


@cache
def vocabulary_of(folder: Path) -> Vocabulary:
    from phi_ls.worker.vocabulary import Vocabulary

    return Vocabulary(folder / "tokenizer.json")


@cache
def reference_of(folder: Path) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / "tokenizer.json"))


@pytest.fixture(params=MODELS)
def folder(request: pytest.FixtureRequest, shared: Callable[[str], Path]) -> Path:
    return STARTER if request.param == "starter" else shared("phi-3-tokenizer") / str(request.param)


def encoded(folder: Path, parts: list[Part]) -> list[int]:
    return encode_parts(vocabulary_of(folder), parts)


def expected(folder: Path, text: str) -> list[int]:
    return list(reference_of(folder).encode(text, add_special_tokens=False).ids)


def spelled(folder: Path, ids: list[int]) -> str:
    return b"".join(map(vocabulary_of(folder).piece, ids)).decode()


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS.keys())
@pytest.mark.parametrize("answer", ["", "def f(x):\n    return", "   indented"], ids=["", "code", "space"])
def test_a_prompt_in_parts_has_the_ids_of_the_joined_string(folder: Path, text: str, answer: str) -> None:
    parts = chat(text, answer)
    assert encoded(folder, parts) == expected(folder, joined(parts))


def test_text_before_any_control_token_has_them_too(folder: Path) -> None:
    parts: list[Part] = [Text(" x = 1"), Text("\n"), Control("<|end|>"), Control("<|user|>")]
    assert encoded(folder, parts) == expected(folder, joined(parts))


def test_the_tokenizer_of_phi_3_4k_swallows_space_after_a_control_token(shared: Callable[[str], Path]) -> None:
    folder = shared("phi-3-tokenizer")
    parts: list[Part] = [Control("<|user|>"), Text("\n"), Text("  \n\u2028 x"), Control("<|end|>"), Text("\n")]
    pieces = {name: spelled(folder / name, encoded(folder / name, parts)) for name in ("4k", "128k")}
    assert pieces == {"4k": " x", "128k": " \n  \n\u2028 x \n"}


def test_a_file_that_spells_control_tokens_gives_none(folder: Path) -> None:
    vocabulary = vocabulary_of(folder)
    controls = {vocabulary.control(token) for token in ("<s>", "<unk>", "<|end|>", "<|user|>", "<|endoftext|>", "</s>")}
    ids = encoded(folder, [Text(SPELLED)])
    assert not controls & set(ids)
    assert spelled(folder, ids).removeprefix(" ") == SPELLED


def test_a_control_token_cannot_be_put_together_out_of_two_texts(folder: Path) -> None:
    end = vocabulary_of(folder).control("<|end|>")
    assert end not in encoded(folder, [Text("<|e"), Text("nd|>"), Text("<|e"), Text("nd|>", border=True)])


@given(st.text(st.characters(exclude_characters="\u2581")))
def test_any_text_survives(text: str) -> None:
    ids = encoded(STARTER, [Control("<|user|>"), Text(text), Control("<|end|>")])
    assert spelled(STARTER, ids) == well_formed(text)


@given(st.text(st.characters(exclude_characters="\u2581"), min_size=1))
def test_any_text_survives_the_vocabulary_of_phi_3(shared: Callable[[str], Path], text: str) -> None:
    folder = shared("phi-3-tokenizer") / "128k"
    ids = encoded(folder, [Control("<|user|>"), Text(text), Control("<|end|>")])
    assert spelled(folder, ids) == " " + well_formed(text)


def test_nul_and_lone_surrogates_cost_none_of_the_text(folder: Path) -> None:
    ids = encoded(folder, [Text("a\x00b\ud800c"), Text("\ud83d"), Text("\ude00")])
    assert spelled(folder, ids).removeprefix(" ") == "a\x00b\ufffdc\U0001f600"


@pytest.mark.parametrize(("before", "after"), [("foo", "bar"), ("x ", " y"), ("    ret", "urn x")])
def test_tokens_do_not_merge_across_a_border_and_no_space_is_put_there(folder: Path, before: str, after: str) -> None:
    control = Control("<|assistant|>")
    alone = encoded(folder, [control, Text(before)])
    ids = encoded(folder, [control, Text(before), Text(after, border=True)])
    assert ids[: len(alone)] == alone
    assert spelled(folder, ids).lstrip() == (before + after).lstrip()
    assert spelled(folder, ids[len(alone) :]) == after


def test_without_a_border_the_texts_are_one(folder: Path) -> None:
    assert encoded(folder, [Text("foo"), Text("bar")]) == encoded(folder, [Text("foobar")])


def test_an_unknown_control_token_is_an_error(folder: Path) -> None:
    with pytest.raises(GenerationFailed, match=r"no control token <\|fim\|>"):
        encoded(folder, [Control("<|fim|>")])


def test_a_control_token_has_no_bytes_and_neither_has_an_id_that_no_token_has(folder: Path) -> None:
    vocabulary = vocabulary_of(folder)
    end = vocabulary.control("<|end|>")
    assert end is not None
    assert [vocabulary.piece(token) for token in (end, 10_000_000)] == [b"", b""]


def test_runs_of_white_space_that_were_added_as_tokens_are_text(tmp_path: Path) -> None:
    spec = json.loads((STARTER / "tokenizer.json").read_text())
    spec["added_tokens"].append({**spec["added_tokens"][0], "id": 8192, "content": "\t\t\t", "special": False})
    (tmp_path / "tokenizer.json").write_text(json.dumps(spec))
    ids = encoded(tmp_path, [Text("a\t\t\tb")])
    assert 8192 in ids
    assert spelled(tmp_path, ids) == "a\t\t\tb"


@pytest.mark.parametrize(
    ("scheme", "opened"),
    [
        pytest.param("always", [" a", " b", "c"], id="always"),
        pytest.param("first", ["a", " b", "c"], id="first"),
        pytest.param("never", ["a", " b", "c"], id="never"),
    ],
)
def test_the_other_way_to_write_the_opening_space_is_known(
    tmp_path: Path, shared: Callable[[str], Path], scheme: str, opened: list[str]
) -> None:
    spec = json.loads((shared("phi-3-tokenizer") / "128k" / "tokenizer.json").read_text())
    spec["normalizer"] = None
    spec["pre_tokenizer"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": False}
    (tmp_path / "tokenizer.json").write_text(json.dumps(spec))
    control = Control("<|user|>")
    runs: list[list[Part]] = [[control, Text("a")], [control, Text(" b")]]
    assert [spelled(tmp_path, encoded(tmp_path, run)) for run in runs] == opened[:2]
    for run in runs:
        assert encoded(tmp_path, run) == expected(tmp_path, joined(run))
    assert spelled(tmp_path, encoded(tmp_path, [*runs[0], Text("c", border=True)])[-1:]) == opened[2]


@pytest.mark.parametrize(
    "content", [None, "{", "{}", '{"added_tokens": []}'], ids=["missing", "cut", "empty", "no-model"]
)
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(LoadFailed, match=r"tokenizer\.json: wanted a tokenizer, found "):
        vocabulary_of(tmp_path)
