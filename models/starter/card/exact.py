"""The shipped weights without further rounding, for both engines: what their answers differ in is then not the engine.

The weights are those of the shipped GGUF file, each number of it as float32: an ONNX folder in float32, one with 8 bits
and a GGUF file in float32 are written from them. Needs the extra `recipe`.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import gguf
import torch

from ..recipe.export import gguf_file, hugging_face, onnx_genai
from ..recipe.model import Shape

if TYPE_CHECKING:
    from pathlib import Path

FLOAT_ONNX, INT8_ONNX, FLOAT_GGUF = "onnx-fp32", "onnx-int8", "starter-f32.gguf"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


def write(shipped: Path, folder: Path) -> None:
    """Write the three below `folder`, from the starter model's folder `shipped`."""
    tokenizer = folder / "tokenizer"
    tokenizer.mkdir(parents=True, exist_ok=True)
    for name in TOKENIZER:
        shutil.copyfile(shipped / "onnx-int8" / name, tokenizer / name)
    reader = gguf.GGUFReader(str(next(shipped.glob("*.gguf"))))
    source = folder / "hugging-face"
    hugging_face.write(source, tokenizer, _shape(reader), _weights(reader))
    gguf_file.write(source, folder / FLOAT_GGUF, quantised=False)
    onnx_genai.write(source, folder / FLOAT_ONNX, precision="fp32")
    onnx_genai.write(source, folder / INT8_ONNX, precision="int8")


def _shape(reader: gguf.GGUFReader) -> Shape:
    def number(name: str) -> int:
        return int(reader.fields[f"phi3.{name}"].contents())

    return Shape(
        vocabulary=len(reader.fields["tokenizer.ggml.tokens"].data),
        width=number("embedding_length"),
        layers=number("block_count"),
        heads=number("attention.head_count"),
        kv_heads=number("attention.head_count_kv"),
        feed_forward=number("feed_forward_length"),
        context_tokens=number("context_length"),
    )


def _weights(reader: gguf.GGUFReader) -> dict[str, torch.Tensor]:
    return {
        gguf_file.original_name(tensor.name): torch.from_numpy(
            gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy()
        )
        for tensor in reader.tensors
    }
