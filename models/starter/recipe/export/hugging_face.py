"""The model as a Hugging Face folder, `Phi3ForCausalLM`: what both exports are made from."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from safetensors.torch import save_file
from tokenizers import Tokenizer

from ..tokenizer import END_OF_TEXT, END_OF_TURN

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from ..model import Shape


def write(folder: Path, tokenizer: Path, shape: Shape, weights: dict[str, torch.Tensor]) -> None:
    """Write config, weights in float32 and tokenizer to `folder`, which is emptied before."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(tokenizer, folder)
    ids = Tokenizer.from_file(str(tokenizer / "tokenizer.json"))
    end, stop = ids.token_to_id(END_OF_TEXT), ids.token_to_id(END_OF_TURN)
    config = {
        "architectures": ["Phi3ForCausalLM"],
        "model_type": "phi3",
        "hidden_size": shape.width,
        "intermediate_size": shape.feed_forward,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "hidden_act": "silu",
        "max_position_embeddings": shape.context_tokens,
        "original_max_position_embeddings": shape.context_tokens,
        "rms_norm_eps": shape.norm_epsilon,
        "rope_theta": shape.rope_theta,
        "vocab_size": shape.vocabulary,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "bos_token_id": end,
        "eos_token_id": end,
        "pad_token_id": end,
    }
    generation = {"bos_token_id": end, "eos_token_id": [end, stop], "pad_token_id": end}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=1) + "\n", "utf-8")
    tensors = {f"model.{name}": tensor.float().contiguous() for name, tensor in weights.items()}
    save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
