"""The ONNX folder with the very weights of the GGUF file, so that the two engines compute the same model.

The model builder rounds to eight bits in steps that differ a little from those of Q8_0, and keeps the input table in
float32. Here each 8-bit matrix gets the blocks of 32 numbers and the scales of Q8_0, and the input table becomes the
one that the head has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np
import onnx
from onnx import helper, numpy_helper

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 32
_MATRICES = {"attn.qkv_proj": "attn_qkv", "attn.o_proj": "attn_output", "mlp.down_proj": "ffn_down"}
_HALVES = {"mlp.gate_proj": 0, "mlp.up_proj": 1}
_HEAD, _TABLE = "lm_head.MatMul", "model.embed_tokens.weight"


def share(folder: Path, quantised: Path) -> None:
    """Give the int8 model in `folder` the weights of the Q8_0 file `quantised`. Raises where their shapes differ."""
    model = onnx.load(folder / "model.onnx", load_external_data=True)
    tensors = {tensor.name: tensor.data for tensor in gguf.GGUFReader(str(quantised)).tensors}
    for matrix in [node for node in model.graph.node if node.op_type == "MatMulNBits"]:
        values, scales = _blocks(_rows(tensors, matrix.input[1]))
        _replace(model, matrix.input[1], values)
        _replace(model, matrix.input[2], scales)
    _share_table(model)
    for old in folder.glob("model.onnx*"):
        old.unlink()
    onnx.save(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx.data", size_threshold=1024)


def _rows(tensors: dict[str, np.ndarray], name: str) -> np.ndarray:
    """The bytes of a matrix of the graph, a row of blocks for each of its outputs."""
    if name.startswith(_HEAD):
        return tensors["token_embd.weight"]
    _, _, number, part, matrix, *_ = name.split(".")
    path = f"{part}.{matrix}"
    if path in _MATRICES:
        return tensors[f"blk.{number}.{_MATRICES[path]}.weight"]
    return np.split(tensors[f"blk.{number}.ffn_up.weight"], 2)[_HALVES[path]]


def _blocks(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values around 128 and scales, from blocks of a float16 scale and 32 signed bytes."""
    blocks = rows.reshape(rows.shape[0], -1, 2 + BLOCK)
    scales = np.ascontiguousarray(blocks[..., :2]).view(np.float16)[..., 0].astype(np.float32)
    values = np.ascontiguousarray(blocks[..., 2:]).view(np.int8).astype(np.int16) + 128
    return values.astype(np.uint8), scales


def _replace(model: onnx.ModelProto, name: str, values: np.ndarray) -> None:
    old = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    if tuple(old.dims) != values.shape:
        raise ValueError(f"{name}: wanted the shape {tuple(old.dims)}, found {values.shape}")
    old.CopyFrom(numpy_helper.from_array(values, name))


def _share_table(model: onnx.ModelProto) -> None:
    graph = model.graph
    gather = next(node for node in graph.node if _TABLE in node.input)
    head = next(node for node in graph.node if node.op_type == "MatMulNBits" and node.input[1].startswith(_HEAD))
    values = next(tensor for tensor in graph.initializer if tensor.name == head.input[1])
    shape = numpy_helper.from_array(np.array([values.dims[0], -1], np.int64), "table_shape")
    graph.initializer.append(shape)
    flat = helper.make_node("Reshape", [head.input[1], shape.name], ["table"], "table")
    row = helper.make_node(
        "GatherBlockQuantized",
        ["table", gather.input[1], head.input[2]],
        list(gather.output),
        gather.name,
        domain="com.microsoft",
        bits=8,
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    place = list(graph.node).index(gather)
    graph.node.remove(gather)
    graph.node.insert(place, row)
    graph.node.insert(place, flat)
    graph.initializer.remove(next(tensor for tensor in graph.initializer if tensor.name == _TABLE))
