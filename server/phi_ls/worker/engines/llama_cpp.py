"""llama.cpp through the low-level API of llama-cpp-python: a GGUF file, on the CPU or a GPU.

One micro-batch of at most 32 tokens per step: on the CPU an interrupted step leaves the KV cache as it was. A native
call with a pointer that was given back ends the process, so nothing is called after `close`.
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
from phi_ls.worker.engine import CHUNK_TOKENS
from phi_ls.worker.engines.llama_batch import Batch
from phi_ls.worker.engines.llama_context import SEQUENCES, cells_for, parameters
from phi_ls.worker.engines.llama_vocabulary import LlamaVocabulary
from phi_ls.worker.inbox import report
from phi_ls.worker.options import Options
from phi_ls.worker.parts import encode_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from phi_ls.wire import Load, Part

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
    wanted = native.llama_model_default_params()
    wanted.n_gpu_layers = _ALL_LAYERS if request.provider == "gpu" else 0
    _errors.clear()
    model = native.llama_model_load_from_file(os.fsencode(path), wanted)
    if not model:
        raise LoadFailed(f"model file {path}: llama.cpp cannot load it: {_last_error()}")
    try:
        return LlamaCpp(model, request)
    except LoadFailed:
        native.llama_model_free(model)
        raise


class LlamaCpp:
    """One model and one context, whose cells the sequences share."""

    name = "llama_cpp"
    version = str(llama_cpp.__version__)
    sequences = SEQUENCES
    scores_all = True

    def __init__(self, model: Any, request: Load) -> None:  # noqa: ANN401 - a native pointer
        on_cpu = request.provider == "cpu"
        self.context_tokens = min(request.context_tokens, int(native.llama_model_n_ctx_train(model)))
        contexts = Options.read(request.options).sequences or (2 if on_cpu else 1)
        self.cells = cells_for(model, self.context_tokens, contexts=contexts, on_cpu=on_cpu)
        self._model = model
        self._vocabulary = LlamaVocabulary(model)
        named_ends = {self._vocabulary.control(token) for token in request.end_tokens}
        self.end_tokens = self._vocabulary.end_tokens | {end for end in named_ends if end is not None}
        self.vocabulary = self._vocabulary.size
        self._context = native.llama_init_from_model(model, parameters(model, self.cells, request.threads))
        if not self._context:
            raise LoadFailed(f"llama.cpp cannot make a context of {self.cells} tokens: {_last_error()}")
        self._memory = native.llama_get_memory(self._context)
        self._batch = Batch(CHUNK_TOKENS)
        self._lengths = [0] * SEQUENCES
        self._selected = 0
        self._views: dict[int, npt.NDArray[np.float32]] = {}
        self._abort = _Abort()
        self._abort.attach(self._context)
        self.system = native.llama_print_system_info().decode("utf-8", "replace").strip()

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt; see `Engine`."""
        return encode_parts(self._vocabulary, parts)

    def piece(self, token: int) -> bytes:
        """The bytes of a token; see `Engine`."""
        return self._vocabulary.piece(token)

    def select(self, sequence: int) -> None:
        """Work on another sequence."""
        if sequence != self._selected:
            self._selected = self._batch.sequence = sequence

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if not native.llama_memory_seq_rm(self._memory, self._selected, length, -1):
            raise GenerationFailed(f"llama.cpp cannot cut its KV cache back to {length} tokens")
        self._lengths[self._selected] = length

    def feed(self, tokens: Sequence[int]) -> bool:
        """Append tokens and compute them; False when it was interrupted."""
        return self._compute(tokens, score_all=False)

    def logits(self) -> npt.NDArray[np.float32]:
        """The scores after the last token fed: a view of the engine's own memory."""
        scores = native.llama_get_logits_ith(self._context, -1)
        if not scores:
            raise GenerationFailed("llama.cpp has no scores; at least one token must be fed before")
        address = ctypes.addressof(scores.contents)
        view = self._views.get(address)
        if view is None:
            # The engine has one place for its scores, as long as as many rows of them are wanted.
            view = self._views[address] = np.ctypeslib.as_array(scores, shape=(self.vocabulary,))
        return view

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """The scores after each of `tokens`, which are appended; None when it was interrupted."""
        if not self._compute(tokens, score_all=True):
            return None
        return np.ctypeslib.as_array(native.llama_get_logits(self._context), shape=(len(tokens), self.vocabulary))

    def save(self, most_bytes: int) -> bytearray | None:
        """The selected sequence's tokens and cells."""
        size = native.llama_state_seq_get_size(self._context, self._selected)
        if not 0 < size <= most_bytes:
            return None
        state = bytearray(size)
        buffer = (ctypes.c_uint8 * size).from_buffer(state)
        written = native.llama_state_seq_get_data(self._context, buffer, size, self._selected)
        return state if written == size else None

    def restore(self, state: bytearray) -> bool:
        """Fill the selected sequence from what `save` gave."""
        self.rewind(0)
        buffer = (ctypes.c_uint8 * len(state)).from_buffer(state)
        if not native.llama_state_seq_set_data(self._context, buffer, len(state), self._selected):
            self.rewind(0)
            return False
        self._lengths[self._selected] = int(native.llama_memory_seq_pos_max(self._memory, self._selected)) + 1
        return True

    def interrupt(self, wanted: bool) -> None:
        """Make a running `feed` give up after the node that it computes; a GPU finishes its step."""
        self._abort.set(wanted)

    def close(self) -> None:
        """Give context and model back."""
        self._batch.close()
        native.llama_free(self._context)
        native.llama_model_free(self._model)

    def _compute(self, tokens: Sequence[int], *, score_all: bool) -> bool:
        held = self._lengths[self._selected]
        if held + len(tokens) > self.context_tokens:
            raise GenerationFailed(f"{len(tokens)} tokens after {held} are more than {self.context_tokens}")
        code = native.llama_decode(self._context, self._batch.filled(tokens, held, score_all=score_all))
        if code == _ABORTED:
            self.rewind(held)
            return False
        if code != 0:
            raise GenerationFailed(f"llama_decode returned {code} for {len(tokens)} tokens after {held}")
        self._lengths[self._selected] = held + len(tokens)
        return True


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
