"""The GGUF file for llama.cpp, written with gguf-py from a Hugging Face folder.

`general.name` never holds "phi-3": llama.cpp reads that name as a promise about the vocabulary, which this one breaks.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
from safetensors.numpy import load_file

from ..tokenizer import END_OF_TEXT, END_OF_TURN

if TYPE_CHECKING:
    from pathlib import Path

NAME = "starter"
_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TOP = {"embed_tokens": "token_embd", "norm": "output_norm"}


def write(hugging_face: Path, path: Path, *, quantised: bool = True) -> None:
    """Write `path` with matrices in Q8_0, or as they are, and norms in float32."""
    config = json.loads((hugging_face / "config.json").read_text("utf-8"))
    writer = gguf.GGUFWriter(str(path), "phi3")
    _add_shape(writer, config)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32)
    _add_vocabulary(writer, hugging_face)
    for name, tensor in load_file(str(hugging_face / "model.safetensors")).items():
        _add_tensor(writer, _renamed(name), tensor, quantised=quantised)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: gguf.GGUFWriter, config: dict[str, Any]) -> None:
    context = config["max_position_embeddings"]
    writer.add_name(NAME)
    writer.add_context_length(context)
    writer.add_rope_scaling_orig_ctx_len(context)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_sliding_window(0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)


def _add_vocabulary(writer: gguf.GGUFWriter, folder: Path) -> None:
    written = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    ids: dict[str, int] = dict(written["model"]["vocab"])
    control = {token["content"]: token["id"] for token in written["added_tokens"]}
    ids.update(control)
    tokens = sorted(ids, key=ids.__getitem__)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL if token in control else gguf.TokenType.NORMAL for token in tokens])
    merges = written["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(ids[END_OF_TEXT])
    writer.add_eos_token_id(ids[END_OF_TEXT])
    writer.add_eot_token_id(ids[END_OF_TURN])
    writer.add_pad_token_id(ids[END_OF_TEXT])
    writer.add_add_bos_token(False)
    writer.add_chat_template((folder / "chat_template.jinja").read_text("utf-8"))


def original_name(name: str) -> str:
    """The name that a tensor of the file has in the model, as `recipe.model` spells it."""
    bare = name.removesuffix(".weight")
    top = {short: long for long, short in _TOP.items()}
    if bare in top:
        return f"{top[bare]}.weight"
    _, number, rest = bare.split(".", 2)
    layer = {short: long for long, short in _LAYER.items()}
    return f"layers.{number}.{layer[rest]}.weight"


def _add_tensor(writer: gguf.GGUFWriter, name: str, tensor: np.ndarray, *, quantised: bool) -> None:
    if tensor.ndim == 1 or not quantised:
        writer.add_tensor(name, tensor.astype(np.float32))
        return
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(name, gguf.quants.quantize(tensor.astype(np.float32), kind), raw_dtype=kind)


def _renamed(name: str) -> str:
    bare = name.removeprefix("model.").removesuffix(".weight")
    if bare in _TOP:
        return f"{_TOP[bare]}.weight"
    _, number, rest = bare.split(".", 2)
    return f"blk.{number}.{_LAYER[rest]}.weight"
