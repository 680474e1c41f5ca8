"""Token ids from a GGUF file's vocabulary: the same as those of `tokenizer.json`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phi_ls.wire import Control, Part, Text
from phi_ls.worker.parts import encode_parts
from worker.gguf_file import CONTROL, USER_DEFINED, write_vocabulary
from worker.prompts import ODD_TEXTS, SPELLED, chat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from phi_ls.worker.engines.llama_vocabulary import LlamaVocabulary
    from phi_ls.worker.vocabulary import Vocabulary

pytestmark = pytest.mark.engine
pytest.importorskip("tokenizers", reason="needs tokenizers")
native = pytest.importorskip("llama_cpp.llama_cpp", reason="needs llama-cpp-python", exc_type=ImportError)

STARTER = Path(__file__).parents[2] / "models" / "starter"


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[[Path], LlamaVocabulary]]:
    from phi_ls.worker.engines.llama_vocabulary import LlamaVocabulary

    models = []

    def read(file: Path) -> LlamaVocabulary:
        parameters = native.llama_model_default_params()
        parameters.vocab_only = True
        models.append(native.llama_model_load_from_file(str(file).encode(), parameters))
        return LlamaVocabulary(models[-1])

    yield read
    for model in models:
        native.llama_model_free(model)


@pytest.fixture(scope="module", params=["4k", "128k", "starter"])
def pair(
    request: pytest.FixtureRequest,
    shared: Callable[[str], Path],
    read: Callable[[Path], LlamaVocabulary],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[LlamaVocabulary, Vocabulary]:
    """A vocabulary as GGUF and as `tokenizer.json`."""
    from phi_ls.worker.vocabulary import Vocabulary

    if request.param == "starter":
        return read(STARTER / "starter-q8_0.gguf"), Vocabulary(STARTER / "onnx-int8" / "tokenizer.json")
    source = shared("phi-3-tokenizer") / str(request.param) / "tokenizer.json"
    file = tmp_path_factory.mktemp("gguf") / "vocabulary.gguf"
    # llama.cpp takes the name for the sign that white space after control tokens is swallowed, as in the 4k tokenizer.
    write_vocabulary(file, source, name="Phi-3-mini" if request.param == "4k" else "another model")
    return read(file), Vocabulary(source)


@pytest.mark.parametrize("text", [*ODD_TEXTS.values(), SPELLED], ids=[*ODD_TEXTS.keys(), "spelled"])
def test_both_forms_of_a_vocabulary_give_the_same_ids(pair: tuple[LlamaVocabulary, Vocabulary], text: str) -> None:
    gguf, reference = pair
    for parts in (
        chat(text, "def f(x):\n    return"),
        [Control("<|user|>"), Text("a"), Text(text, border=True), Control("<|end|>"), Text(text)],
        [Text(text)],
    ):
        assert encode_parts(gguf, parts) == encode_parts(reference, parts)


def test_both_forms_give_the_same_bytes(pair: tuple[LlamaVocabulary, Vocabulary]) -> None:
    gguf, reference = pair
    assert [id_ for id_ in range(gguf.size + 1) if gguf.piece(id_) != reference.piece(id_)] == []


def test_the_tokens_that_end_a_turn_are_known(pair: tuple[LlamaVocabulary, Vocabulary]) -> None:
    gguf, reference = pair
    assert {reference.control("<|end|>"), reference.control("<|endoftext|>")} <= gguf.end_tokens


def test_control_tokens_that_llama_cpp_finds_in_any_text_are_not_found_in_ours(
    shared: Callable[[str], Path], read: Callable[[Path], LlamaVocabulary], tmp_path: Path
) -> None:
    source = shared("phi-3-tokenizer") / "128k" / "tokenizer.json"
    for kind, name in ((USER_DEFINED, "user"), (CONTROL, "control")):
        write_vocabulary(tmp_path / f"{name}.gguf", source, name=name, added_type=kind)
    user, control = read(tmp_path / "user.gguf"), read(tmp_path / "control.gguf")
    text: list[Part] = [Text("a " + SPELLED)]
    ids = encode_parts(user, text)
    controls = {user.control(token) for token in ("<s>", "<|end|>", "<|user|>", "<|assistant|>", "<|endoftext|>")}
    assert None not in controls
    assert not controls & set(ids)
    assert b"".join(map(user.piece, ids)).decode() == " a " + SPELLED
    harmless = chat("def f(x):\n    return x < y | z")
    assert encode_parts(user, harmless) == encode_parts(control, harmless)
