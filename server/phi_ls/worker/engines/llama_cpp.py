"""llama.cpp through the low-level API of llama-cpp-python: a GGUF file, on the CPU or a GPU.

One sequence, one micro-batch of at most 32 tokens per step: on the CPU an interrupted step leaves the KV cache as it
was. A native call with a pointer that was given back ends the process, so nothing is called after `close`.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llama_cpp
import llama_cpp.llama_cpp as native
import numpy as np

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.worker import memory
from phi_ls.worker.engine import CHUNK_TOKENS
from phi_ls.worker.engines.llama_vocabulary import LlamaVocabulary
from phi_ls.worker.inbox import report
from phi_ls.worker.parts import encode_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from phi_ls.wire import Load, Part

_MIB = 1 << 20
_F16_BYTES = 2
_ALL_LAYERS = 999
_ABORTED = 2
_LEVEL_ERROR = 4


def load(request: Load) -> LlamaCpp:
    """The engine with the model of file `request.model`. Raises `LoadFailed`."""
    if request.provider not in ("cpu", "gpu"):
        raise LoadFailed(f"provider {request.provider!r}: wanted cpu or gpu")
    if request.provider == "gpu" and not native.llama_supports_gpu_offload():
        raise LoadFailed("provider gpu: wanted a llama-cpp-python built for a GPU, found a build for the CPU")
    path = Path(request.model)
    if not path.is_file():
        raise LoadFailed(f"model file {path}: wanted a GGUF file, found none")
    native.llama_log_set(_LOG, ctypes.c_void_p(0))
    native.llama_backend_init()
    parameters = native.llama_model_default_params()
    parameters.n_gpu_layers = _ALL_LAYERS if request.provider == "gpu" else 0
    _errors.clear()
    model = native.llama_model_load_from_file(os.fsencode(path), parameters)
    if not model:
        raise LoadFailed(f"model file {path}: llama.cpp cannot load it: {_last_error()}")
    try:
        return LlamaCpp(model, request)
    except LoadFailed:
        native.llama_model_free(model)
        raise


class LlamaCpp:
    """One model and one context, which holds the KV cache."""

    name = "llama_cpp"
    version = str(llama_cpp.__version__)

    def __init__(self, model: Any, request: Load) -> None:  # noqa: ANN401 - a native pointer
        self.context_tokens = min(request.context_tokens, int(native.llama_model_n_ctx_train(model)))
        if request.provider == "cpu":
            _check_memory(_cache_bytes(model, self.context_tokens))
        self._model = model
        self._vocabulary = LlamaVocabulary(model)
        named_ends = {self._vocabulary.control(token) for token in request.end_tokens}
        self.end_tokens = self._vocabulary.end_tokens | {end for end in named_ends if end is not None}
        self.vocabulary = self._vocabulary.size
        self._context = native.llama_init_from_model(model, _parameters(self.context_tokens, request.threads))
        if not self._context:
            raise LoadFailed(f"llama.cpp cannot make a context of {self.context_tokens} tokens: {_last_error()}")
        self._memory = native.llama_get_memory(self._context)
        self._abort = _Abort()
        self._abort.attach(self._context)
        self.system = native.llama_print_system_info().decode("utf-8", "replace").strip()

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt; see `Engine`."""
        return encode_parts(self._vocabulary, parts)

    def piece(self, token: int) -> bytes:
        """The bytes of a token; see `Engine`."""
        return self._vocabulary.piece(token)

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if not native.llama_memory_seq_rm(self._memory, 0, length, -1):
            raise GenerationFailed(f"llama.cpp cannot cut its KV cache back to {length} tokens")

    def feed(self, tokens: Sequence[int]) -> bool:
        """Append tokens and compute them; False when it was interrupted."""
        held = self._length()
        array = (native.llama_token * len(tokens))(*tokens)
        code = native.llama_decode(self._context, native.llama_batch_get_one(array, len(tokens)))
        if code == _ABORTED:
            self.rewind(held)
            return False
        if code != 0:
            raise GenerationFailed(f"llama_decode returned {code} for {len(tokens)} tokens after {held}")
        return True

    def logits(self) -> npt.NDArray[np.float32]:
        """The scores after the last token fed: a view of the engine's own memory."""
        scores = native.llama_get_logits_ith(self._context, -1)
        if not scores:
            raise GenerationFailed("llama.cpp has no scores; at least one token must be fed before")
        return np.ctypeslib.as_array(scores, shape=(self.vocabulary,))

    def interrupt(self, wanted: bool) -> None:
        """Make a running `feed` give up after the node that it computes; a GPU finishes its step."""
        self._abort.set(wanted)

    def close(self) -> None:
        """Give context and model back."""
        native.llama_free(self._context)
        native.llama_model_free(self._model)

    def _length(self) -> int:
        return int(native.llama_memory_seq_pos_max(self._memory, 0)) + 1


class _Abort:
    """A flag that llama.cpp looks at after each node of its graph, without Python's global lock.

    The callback is the C library's `strlen`: the length of the flag's text, 0 or 1, is the answer "go on" or "stop".
    """

    def __init__(self) -> None:
        self._flag = ctypes.create_string_buffer(2)
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        self._callback = ctypes.cast(library.strlen, native.ggml_abort_callback)

    def attach(self, context: Any) -> None:  # noqa: ANN401 - a native pointer
        native.llama_set_abort_callback(context, self._callback, ctypes.cast(self._flag, ctypes.c_void_p))

    def set(self, wanted: bool) -> None:
        self._flag.value = b"\x01" if wanted else b""


def _parameters(context_tokens: int, threads: int) -> Any:  # noqa: ANN401 - a native structure
    parameters = native.llama_context_default_params()
    parameters.n_ctx = context_tokens
    parameters.n_batch = max(CHUNK_TOKENS, min(context_tokens, 2048))
    parameters.n_ubatch = CHUNK_TOKENS
    parameters.n_seq_max = 1
    parameters.n_threads = parameters.n_threads_batch = threads or _default_threads()
    parameters.no_perf = True
    return parameters


def _default_threads() -> int:
    """About one thread per physical core: a second one per core, or one too many, makes all of them wait."""
    logical = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return logical if logical <= 4 else logical // 2


def _cache_bytes(model: Any, context_tokens: int) -> int:  # noqa: ANN401 - a native pointer
    width = native.llama_model_n_embd(model) // max(1, native.llama_model_n_head(model))
    keys = width * native.llama_model_n_head_kv(model)
    return int(2 * keys * _F16_BYTES * native.llama_model_n_layer(model) * context_tokens)


def _check_memory(wanted: int) -> None:
    """Refuse what the system would grant and then kill us for using."""
    free = memory.available_bytes()
    if free is not None and wanted > free:
        raise LoadFailed(
            f"the KV cache wants {wanted // _MIB} MiB, {free // _MIB} MiB of memory are free; "
            "choose a shorter context or a smaller model"
        )


_errors: list[str] = []


def _log(level: int, text: bytes, _data: object) -> None:
    if level == _LEVEL_ERROR:
        line = text.decode("utf-8", "replace").strip()
        _errors.append(line)
        report(line)


def _last_error() -> str:
    return _errors[-1] if _errors else "it gives no reason"


# llama.cpp keeps the pointer, so the callback must live as long as the process.
_LOG = native.llama_log_callback(_log)
