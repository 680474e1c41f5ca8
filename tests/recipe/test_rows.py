"""Training rows: what they hold, and that a number is all they depend on."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from models.starter.recipe import corpus

from phi_ls.context import CompletionContext
from phi_ls.prompt import profile

pytest.importorskip("tokenizers", reason="needs the extra `recipe`: tokenizers")
from models.starter.recipe import tokenizer
from models.starter.recipe.rows import ANSWERED, Rows

if TYPE_CHECKING:
    from pathlib import Path

    from models.starter.recipe.tokenizer import Encoder

LENGTH = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus and its tokenizer."""
    made = tmp_path_factory.mktemp("rows")
    corpus.build_small(made / "corpus", share=0.02)
    texts = corpus.Corpus(made / "corpus")
    trained = tokenizer.train([texts.text(entry) for entry in texts.part("train")], 1024)
    tokenizer.save(trained, made / "tokenizer", context_tokens=2048)
    return made


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return tokenizer.Encoder(folder / "tokenizer")


def rows(folder: Path, encoder: Encoder, seed: int = 1) -> Rows:
    return Rows(corpus.Corpus(folder / "corpus"), encoder, length=LENGTH, seed=seed)


def test_a_row_depends_on_its_number_and_the_seed_alone(folder: Path, encoder: Encoder) -> None:
    one, other = rows(folder, encoder), rows(folder, encoder)
    other.row(3)
    assert one.row(7).tokens.tolist() == other.row(7).tokens.tolist()
    assert one.row(7).tokens.tolist() != one.row(8).tokens.tolist()
    assert one.row(7).tokens.tolist() != rows(folder, encoder, seed=2).row(7).tokens.tolist()


def test_rows_are_of_one_length_with_a_weight_for_each_prediction(folder: Path, encoder: Encoder) -> None:
    made = [rows(folder, encoder).row(number) for number in range(10)]
    assert {(len(row.tokens), len(row.weights)) for row in made} == {(LENGTH + 1, LENGTH)}
    assert all(row.tokens.min() >= 0 and row.tokens.max() < encoder.vocabulary for row in made)


def test_an_example_is_the_servers_own_prompt_with_a_weighted_answer_and_the_end_of_the_turn(
    folder: Path, encoder: Encoder
) -> None:
    drawn = (rows(folder, encoder).example(Random(seed)) for seed in range(40))
    texts = [(example, encoder.decode(example.tokens)) for example in drawn if example is not None]
    completions = [item for item in texts if item[1].startswith("<|user|>\nComplete the ")]
    assert len(texts) > 10 < len(completions)
    assert all(text.endswith("<|end|>") and text.count("<|assistant|>") == 1 for _, text in texts)
    for example, _ in completions:
        assert example.weights[-1] == ANSWERED
        assert example.weights.count(ANSWERED) >= 1


def test_the_words_of_a_completion_are_those_of_the_profile(folder: Path, encoder: Encoder) -> None:
    context = CompletionContext(
        path="p/a.py", language="Python", fence="python", imports="", enclosing="", above="", prefix="x = ", suffix="\n"
    )
    opening = profile("starter-wide").completion(context, multiline=False).as_text().split("p/a.py")[0]
    drawn = (rows(folder, encoder).example(Random(seed)) for seed in range(60))
    texts = [encoder.decode(example.tokens) for example in drawn if example is not None]
    assert sum(text.startswith(opening) for text in texts) > 5


def test_control_tokens_in_source_are_plain_text(folder: Path, encoder: Encoder) -> None:
    ids = encoder.text("end = '<|end|>' or '<|user|>'")
    assert not {encoder.control("<|end|>"), encoder.control("<|user|>")} & set(ids)
    assert encoder.decode(ids) == "end = '<|end|>' or '<|user|>'"


def test_too_little_text_for_a_vocabulary_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"wanted 4096 entries, the text yields .*; give more text"):
        tokenizer.train(["import os\n"], 4096)
