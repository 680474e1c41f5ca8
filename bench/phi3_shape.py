"""A GGUF file of Phi-3-mini-4k's shape with random Q4_0 weights: it costs what the real one costs and says nothing.

The vocabulary is the starter model's, filled up to 32,064 tokens. About 2.2 GB, written in some seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gguf
import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

LAYERS, WIDTH, FEED_FORWARD, HEADS, VOCABULARY, CONTEXT = 32, 3072, 8192, 32, 32064, 4096
_BLOCK, _BLOCK_BYTES = 32, 18
_SCALE = 0.004
"""Of a Q4_0 block, whose numbers are -8 to 7: the weights' standard deviation is about 0.02, as after training."""
_NOISE_BYTES = 1 << 26
_TOKEN_ARRAYS = ("tokens", "scores", "token_type")


def write(target: Path, starter: Path) -> None:
    """Write the file, with the vocabulary of the GGUF file `starter`."""
    writer = gguf.GGUFWriter(target, "phi3")
    _describe(writer)
    _vocabulary(writer, starter)
    shapes = _shapes()
    for name, shape in shapes.items():
        if len(shape) == 1:
            writer.add_tensor_info(name, shape, np.dtype(np.float32), 4 * shape[0])
        else:
            writer.add_tensor_info(
                name,
                (shape[0], shape[1] // _BLOCK * _BLOCK_BYTES),
                np.dtype(np.uint8),
                shape[0] * shape[1] // _BLOCK * _BLOCK_BYTES,
                raw_dtype=gguf.GGMLQuantizationType.Q4_0,
            )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    noise = np.random.default_rng(3).integers(0, 256, _NOISE_BYTES, np.uint8)
    for shape in shapes.values():
        writer.write_tensor_data(np.ones(shape, np.float32) if len(shape) == 1 else _blocks(shape, noise))
    writer.close()


def _describe(writer: gguf.GGUFWriter) -> None:
    # llama.cpp expects tokens of the original vocabulary of a model that is named after it.
    writer.add_name("random weights")
    writer.add_context_length(CONTEXT)
    writer.add_rope_scaling_orig_ctx_len(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_rope_freq_base(10_000.0)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)


def _vocabulary(writer: gguf.GGUFWriter, starter: Path) -> None:
    """Every `tokenizer.` field of the starter's file, its lists filled up with tokens that no text yields."""
    for field in gguf.GGUFReader(starter).fields.values():
        if not field.name.startswith("tokenizer."):
            continue
        value: Any = field.contents()
        if field.name.rpartition(".")[2] in _TOKEN_ARRAYS:
            value = [*value, *_filling(field.name, VOCABULARY - len(value))]
        sub_type = field.types[-1] if len(field.types) > 1 else None
        writer.add_key_value(field.name, value, field.types[0], sub_type)


def _filling(name: str, count: int) -> list[Any]:
    match name.rpartition(".")[2]:
        case "tokens":
            return [f"<|unused_{number}|>" for number in range(count)]
        case "scores":
            return [-1e6] * count
        case _:
            return [int(gguf.TokenType.UNUSED)] * count


def _shapes() -> dict[str, tuple[int, ...]]:
    """Names and shapes, rows first."""
    shapes: dict[str, tuple[int, ...]] = {"token_embd.weight": (VOCABULARY, WIDTH)}
    for layer in range(LAYERS):
        shapes |= {
            f"blk.{layer}.attn_norm.weight": (WIDTH,),
            f"blk.{layer}.attn_qkv.weight": (3 * WIDTH, WIDTH),
            f"blk.{layer}.attn_output.weight": (WIDTH, WIDTH),
            f"blk.{layer}.ffn_norm.weight": (WIDTH,),
            f"blk.{layer}.ffn_up.weight": (2 * FEED_FORWARD, WIDTH),
            f"blk.{layer}.ffn_down.weight": (WIDTH, FEED_FORWARD),
        }
    return {**shapes, "output_norm.weight": (WIDTH,), "output.weight": (VOCABULARY, WIDTH)}


def _blocks(shape: tuple[int, ...], noise: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Q4_0 blocks: a half-precision scale and 32 random numbers of four bits."""
    count = shape[0] * shape[1] // _BLOCK
    blocks = np.empty((count, _BLOCK_BYTES), np.uint8)
    blocks[:, :2] = np.frombuffer(np.float16(_SCALE).tobytes(), np.uint8)
    blocks[:, 2:] = np.resize(noise, (count, _BLOCK_BYTES - 2))
    return blocks.reshape(shape[0], -1)
