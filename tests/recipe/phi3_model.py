"""A Phi-3-mini in the small: its architecture, its own tokenizer and template, random weights, for both engines.

The weights are random but for the head, which lets certain tokens be followed by certain others always: what the model
says is known beforehand, so a lost space or a wrong control token shows in the text.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import Phi3Config, Phi3ForCausalLM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# As microsoft/Phi-3-mini-4k-instruct, but for the sizes that make it large: 3072, 8192, 32 and 32 there.
SHAPE = {
    "vocab_size": 32064,
    "hidden_size": 192,
    "intermediate_size": 512,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "max_position_embeddings": 4096,
    "original_max_position_embeddings": 4096,
    "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
    "sliding_window": 2047,
    "rms_norm_eps": 1e-5,
    "bos_token_id": 1,
    "eos_token_id": 32000,
    "pad_token_id": 32000,
    "tie_word_embeddings": False,
}
ENDS = (32000, 32001, 32007)
"""`<|endoftext|>`, `<|assistant|>`, `<|end|>`: what the published generation_config.json has."""
SAYINGS: tuple[Sequence[str], ...] = (
    # A new line is followed by the body of a method, with its indentation.
    ("<0x0A>", "▁▁▁▁▁▁▁", "▁return", "▁self", ".", "radius", "<|end|>"),
    # What the assistant says first.
    ("<|assistant|>", "▁It", "▁adds", "▁two", "▁numbers", "<|end|>"),
    # What the first prompts of a new backend go on with.
    (",", "▁value", ","),
)
SPREAD, CERTAINTY = 0.05, 0.2


def build(folder: Path, sources: Mapping[Path, str]) -> dict[Path, tuple[Path, Path]]:
    """For each folder with a tokenizer a folder for onnxruntime-genai and a GGUF file of the name that it is to have.

    The weights are the same in all of them.
    """
    first = next(iter(sources))
    torch.manual_seed(3)
    model = Phi3ForCausalLM(Phi3Config(**SHAPE, initializer_range=SPREAD))
    _teach(model, Tokenizer.from_file(str(first / "tokenizer.json")))
    hugging_face = folder / "hugging-face"
    model.save_pretrained(hugging_face)
    shutil.copytree(first, hugging_face, dirs_exist_ok=True)
    generation = {"bos_token_id": 1, "eos_token_id": list(ENDS), "pad_token_id": 32000}
    (hugging_face / "generation_config.json").write_text(json.dumps(generation))
    _build_onnx(hugging_face, folder)
    made = {}
    for source, name in sources.items():
        onnx, file = folder / f"onnx-{source.name}", folder / f"{source.name}.gguf"
        shutil.copytree(folder / "onnx", onnx)
        # The builder writes the tokenizer anew, and then it cuts texts in another way.
        shutil.copytree(source, onnx, dirs_exist_ok=True)
        _write_gguf(model, source, file, name)
        made[source] = onnx, file
    return made


def _teach(model: Phi3ForCausalLM, tokenizer: Tokenizer) -> None:
    with torch.no_grad():
        inputs, head = model.model.embed_tokens.weight, model.lm_head.weight
        inputs.normal_(0, 1)
        head.normal_(0, 0.02)
        for saying in SAYINGS:
            for before, after in pairwise(map(tokenizer.token_to_id, saying)):
                head[after] += CERTAINTY * inputs[before]


def _build_onnx(hugging_face: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(hugging_face)]
    command += ["-o", str(folder / "onnx"), "-p", "int4", "-e", "cpu", "-c", str(folder / "cache")]
    variables = {**os.environ, "HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]


def _write_gguf(model: Phi3ForCausalLM, source: Path, file: Path, name: str) -> None:
    writer = gguf.GGUFWriter(str(file), "phi3")
    writer.add_name(name)
    writer.add_context_length(SHAPE["max_position_embeddings"])
    writer.add_rope_scaling_orig_ctx_len(SHAPE["original_max_position_embeddings"])
    writer.add_embedding_length(SHAPE["hidden_size"])
    writer.add_feed_forward_length(SHAPE["intermediate_size"])
    writer.add_block_count(SHAPE["num_hidden_layers"])
    writer.add_head_count(SHAPE["num_attention_heads"])
    writer.add_head_count_kv(SHAPE["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(SHAPE["rms_norm_eps"])
    writer.add_rope_dimension_count(SHAPE["hidden_size"] // SHAPE["num_attention_heads"])
    writer.add_rope_freq_base(SHAPE["rope_parameters"]["rope_theta"])
    writer.add_sliding_window(SHAPE["sliding_window"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    _add_vocabulary(writer, source)
    for tensor, values in model.state_dict().items():
        _add_tensor(writer, tensor, values.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_vocabulary(writer: gguf.GGUFWriter, source: Path) -> None:
    spec = json.loads((source / "tokenizer.json").read_text("utf-8"))
    added = {token["content"]: token["id"] for token in spec["added_tokens"]}
    ids = {**spec["model"]["vocab"], **added}
    ids |= {f"<|unused{id_}|>": id_ for id_ in range(max(ids.values()) + 1, SHAPE["vocab_size"])}
    tokens = sorted(ids, key=ids.__getitem__)
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(spec["model"]["merges"]):
        ranks.setdefault("".join(merge.split(" ") if isinstance(merge, str) else merge), rank)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(ranks.get(token, 0)) for token in tokens])
    writer.add_token_types([_kind(token, added) for token in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(32000)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(32000)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(True)
    writer.add_chat_template(json.loads((source / "tokenizer_config.json").read_text("utf-8"))["chat_template"])


def _kind(token: str, added: dict[str, int]) -> gguf.TokenType:
    if token == "<unk>":
        return gguf.TokenType.UNKNOWN
    if token in added:
        return gguf.TokenType.CONTROL
    if token.startswith("<|unused"):
        return gguf.TokenType.UNUSED
    return gguf.TokenType.BYTE if len(token) == 6 and token.startswith("<0x") else gguf.TokenType.NORMAL


_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_TOP = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def _add_tensor(writer: gguf.GGUFWriter, name: str, values: np.ndarray) -> None:
    bare = name.removesuffix(".weight")
    if bare in _TOP:
        renamed = _TOP[bare]
    else:
        _, _, number, rest = bare.split(".", 3)
        renamed = f"blk.{number}.{_LAYER[rest]}"
    if values.ndim == 1:
        writer.add_tensor(f"{renamed}.weight", values.astype(np.float32))
        return
    kind = gguf.GGMLQuantizationType.Q8_0
    writer.add_tensor(f"{renamed}.weight", gguf.quants.quantize(values, kind), raw_dtype=kind)
