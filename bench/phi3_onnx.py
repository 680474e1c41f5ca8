"""A model folder of Phi-3-mini-4k's width with random int4 weights, by onnxruntime-genai's own model builder.

    python -m bench.phi3_onnx FOLDER

Layers cost the same each, so a few of them tell what a step costs beside what phi-ls does around it. Needs the extra
`recipe`: PyTorch and what the builder imports. About 0.5 GB, built in a minute or two.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

LAYERS, WIDTH, FEED_FORWARD, HEADS, VOCABULARY, CONTEXT = 4, 3072, 8192, 32, 32064, 4096
TOKENIZER = Path(__file__).parents[1] / "tests" / "data" / "phi-3-tokenizer" / "4k"
BUILD_SECONDS = 600
_NAMES = ("tokenizer.json", "tokenizer_config.json")


def python_with_torch() -> str | None:
    """The interpreter that can build: `RECIPE_PYTHON`, or this one where PyTorch is installed; None for neither."""
    return os.environ.get("RECIPE_PYTHON") or (sys.executable if find_spec("torch") else None)


def main() -> None:
    """Write the folder."""
    import torch
    from models.starter.recipe.export.onnx_genai import build
    from transformers import Phi3Config, Phi3ForCausalLM

    folder = Path(sys.argv[1])
    torch.manual_seed(3)
    torch.set_default_dtype(torch.bfloat16)
    model = Phi3ForCausalLM(
        Phi3Config(
            vocab_size=VOCABULARY,
            hidden_size=WIDTH,
            intermediate_size=FEED_FORWARD,
            num_hidden_layers=LAYERS,
            num_attention_heads=HEADS,
            num_key_value_heads=HEADS,
            max_position_embeddings=CONTEXT,
            original_max_position_embeddings=CONTEXT,
            sliding_window=None,
            bos_token_id=1,
            # No end among the tokens that random weights write, so that every answer is as long as wanted.
            eos_token_id=VOCABULARY - 1,
            pad_token_id=VOCABULARY - 1,
            tie_word_embeddings=False,
        )
    )
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        source = Path(scratch, "hugging-face")
        model.save_pretrained(source)
        for name in _NAMES:
            shutil.copyfile(TOKENIZER / name, source / name)
        build(source, folder, precision="int4", options=("int4_accuracy_level=4",), seconds=BUILD_SECONDS)
    for name in _NAMES:
        # The builder writes the tokenizer anew, and then it cuts texts in another way.
        shutil.copyfile(TOKENIZER / name, folder / name)


if __name__ == "__main__":
    main()
