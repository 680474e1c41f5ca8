"""The recipe from nothing to a model that both engines load, in the small."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from models.starter.recipe.command import main

from phi_ls.wire import Control, Load, Text

for name in ("torch", "transformers", "onnx", "onnx_ir", "onnxruntime_genai", "gguf", "safetensors"):
    pytest.importorskip(name, reason=f"needs the extra `recipe`: {name}")

import numpy as np  # noqa: E402
import torch  # noqa: E402
from models.starter.recipe import state as states  # noqa: E402
from models.starter.recipe.export import best_checkpoint  # noqa: E402
from models.starter.recipe.model import Starter  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from transformers import AutoModelForCausalLM  # noqa: E402

from phi_ls.worker import engines  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phi_ls.worker.engine import Engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

ODD_TEXTS = {
    "tabs": "def f():\n\tif x:\n\t\treturn  x\t# y\n",
    "line ends": "a = 1\r\nb = 2\r\r\nc = 3\r\n\r\n",
    "form feed": "import os\n\x0c\nclass A:\x0c\n    pass\n",
    "vertical tab and NUL": "a\x0b = '\x00'\n",
    "emoji": "name = '🦆👩‍💻 é ü ﬁ ñ 中文'  # ¿?\n",
    "control tokens": "end = '<|end|>' + \"<|user|>\" + '<|endoftext|><|assistant|>' # <s></s><unk>\n",
    "spaces": "x" + " " * 40 + "=\n" + " " * 7 + "\n\n\n\n    y  =   0\n   ",
    "numbers": "1234567890 0xFFEE 1e-10 3.14159j 1_000\n",
    "quotes": "it's we're I'VE 'd \"'ll\" ''''''\n",
    "separators": "a\u2028b\u2029c\u0085d\u00a0e\u200bf\ufeffg\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smoke")
    assert main(["all", "--smoke", "--folder", str(folder)]) == 0
    return folder / "export"


@pytest.fixture(scope="module")
def genai(made: Path) -> Iterator[Engine]:
    yield from loaded("onnx_genai", made / "onnx-int8")


@pytest.fixture(scope="module")
def llama(made: Path) -> Iterator[Engine]:
    pytest.importorskip("llama_cpp", reason="needs the extra `gguf`: llama_cpp")
    yield from loaded("llama_cpp", made / "starter-q8_0.gguf")


def loaded(name: str, model: Path) -> Iterator[Engine]:
    engine = engines.load(Load(engine=name, model=str(model), context_tokens=512, threads=1))
    yield engine
    engine.close()


def test_the_export_names_its_files_and_what_they_are(made: Path) -> None:
    facts = json.loads((made / "facts.json").read_text("utf-8"))
    assert facts["tokens"] == 20_480
    assert set(facts["files"]) == {
        "licences.json",
        "onnx-int8/chat_template.jinja",
        "onnx-int8/genai_config.json",
        "onnx-int8/model.onnx",
        "onnx-int8/model.onnx.data",
        "onnx-int8/tokenizer.json",
        "onnx-int8/tokenizer_config.json",
        "starter-q8_0.gguf",
    }
    assert json.loads((made / "licences.json").read_text("utf-8"))["cpython"]["licence"] == "PSF-2.0"


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_three_tokenizers_cut_odd_texts_alike(text: str, made: Path, genai: Engine, llama: Engine) -> None:
    tokenizer = Tokenizer.from_file(str(made / "onnx-int8" / "tokenizer.json"))
    tokenizer.encode_special_tokens = True
    expected = tokenizer.encode(text, add_special_tokens=False).ids
    assert genai.encode([Text(text)]) == expected
    assert llama.encode([Text(text)]) == expected
    assert b"".join(map(llama.piece, expected)) == b"".join(map(genai.piece, expected)) == text.encode()


def test_a_prompt_has_the_same_control_tokens_in_both_engines(genai: Engine, llama: Engine) -> None:
    parts = [Control("<|user|>"), Text("\nComplete"), Control("<|end|>"), Text("x = "), Text("y", border=True)]
    ids = genai.encode(parts)
    assert ids == llama.encode(parts)
    assert ids[0] == 1024 - 8 + 2


def test_both_engines_score_the_next_token_alike(genai: Engine, llama: Engine) -> None:
    ids = genai.encode([Text("import os\n\n\ndef path(name):\n    return os.")])
    assert genai.feed(ids)
    assert llama.feed(ids)
    assert genai.end_tokens == llama.end_tokens
    assert np.corrcoef(genai.logits(), llama.logits())[0, 1] > 0.999, "their weights are the same"


def test_the_weights_are_those_of_hugging_faces_phi_3(made: Path) -> None:
    shape, weights, _ = states.weights(best_checkpoint(made.parent)[0], averaged=False)
    model = Starter(shape)
    model.load_state_dict(weights)
    other = AutoModelForCausalLM.from_pretrained(str(made.parent / "hugging-face"), dtype=torch.float32)
    tokens = torch.arange(200).reshape(1, 200)
    with torch.inference_mode():
        assert torch.allclose(model.logits(tokens), other(tokens).logits, atol=1e-4)
