"""The context of llama.cpp, which holds the KV cache: how long it can be, and how it is made."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

import llama_cpp.llama_cpp as native

from phi_ls.errors import LoadFailed
from phi_ls.worker import memory
from phi_ls.worker.engine import CHUNK_TOKENS

SEQUENCES = 4
"""Sequences share the cells of the cache, so that one more costs nothing until it has tokens."""

SMALL_BYTES = 64_000_000
"""Weights below this are read faster than a second thread that waits without spinning wakes up (about 2 ms a token)."""

_MIB = 1 << 20
_F16_BYTES = 2


def cells_for(model: Any, context_tokens: int, *, contexts: int, on_cpu: bool) -> int:  # noqa: ANN401
    """How many tokens the cache can have, for at most so many full contexts. Raises `LoadFailed` if not for one.

    What a GPU has left is not asked; its driver refuses what does not fit.
    """
    if on_cpu:
        each = _cache_bytes(model, context_tokens)
        if not memory.fits(each):
            # The system would grant it, and then kill us for using it.
            free = memory.available_bytes() or 0
            raise LoadFailed(
                f"the KV cache wants {each // _MIB} MiB, {free // _MIB} MiB of memory are free; "
                "choose a shorter context or a smaller model"
            )
        contexts = 1 + memory.further(contexts - 1, each, beside=each)
    return max(context_tokens, min(contexts * context_tokens, _longest(model)))


def parameters(model: Any, cells: int, threads: int) -> Any:  # noqa: ANN401 - a native structure
    """What a context of so many cells is made with; 0 `threads` is a number that suits the machine."""
    made = native.llama_context_default_params()
    made.n_ctx = cells
    # From 64 rows on llama.cpp takes another attention kernel, which rounds in another way: an answer would depend on
    # what of its prompt was there before. At Phi-3's size on a CPU it would save an eighth of a cold prompt's time.
    made.n_batch = made.n_ubatch = CHUNK_TOKENS
    made.n_seq_max = SEQUENCES
    made.kv_unified = True
    made.n_threads = made.n_threads_batch = threads or threads_for(native.llama_model_size(model), _processors())
    made.no_perf = True
    return made


def _longest(model: Any) -> int:  # noqa: ANN401 - a native pointer
    """Cells beyond which llama.cpp computes a short text as if it were a long one: LongRoPE has two sets of factors."""
    original = _number(model, "rope.scaling.original_context_length")
    trained = int(native.llama_model_n_ctx_train(model))
    return original if original and original < trained else sys.maxsize


def _number(model: Any, key: str) -> int:  # noqa: ANN401 - a native pointer
    """A number in the metadata of the model's architecture, 0 if it has none of that name."""
    architecture = _text(model, b"general.architecture")
    text = _text(model, architecture + b"." + key.encode())
    return int(text) if text.isdigit() else 0


def _text(model: Any, key: bytes) -> bytes:  # noqa: ANN401 - a native pointer
    buffer = ctypes.create_string_buffer(64)
    native.llama_model_meta_val_str(model, key, buffer, len(buffer))
    return buffer.value


def threads_for(weight_bytes: int, processors: int) -> int:
    """The threads that suit a model: one for a small one, whose threads would wait for each other most of the time.

    Otherwise about one per physical core: a second one per core, or one too many, makes all of them wait.
    """
    if weight_bytes < SMALL_BYTES:
        return 1
    return processors if processors <= 4 else processors // 2


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _cache_bytes(model: Any, context_tokens: int) -> int:  # noqa: ANN401 - a native pointer
    width = native.llama_model_n_embd(model) // max(1, native.llama_model_n_head(model))
    keys = width * native.llama_model_n_head_kv(model)
    return int(2 * keys * _F16_BYTES * native.llama_model_n_layer(model) * context_tokens)
