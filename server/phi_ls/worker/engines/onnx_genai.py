"""onnxruntime-genai: a model folder with `genai_config.json`, on the CPU, CUDA or DirectML.

A sequence is a generator of its own, whose KV cache is allocated in full at the context's length and can be rewound.
On the CPU a step is given up at the next node of the graph; on a GPU it is finished.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.worker import memory
from phi_ls.worker.engines.genai_folder import GenaiFolder
from phi_ls.worker.engines.genai_native import VERSION, Generator, Model, NativeError
from phi_ls.worker.options import Options
from phi_ls.worker.parts import encode_parts
from phi_ls.worker.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    import numpy as np
    import numpy.typing as npt

    from phi_ls.wire import Load, Part

_PROVIDERS = ("cpu", "cuda", "dml")
_MIB = 1 << 20
_SMALL_CACHE = 64 * _MIB


def load(request: Load) -> OnnxGenai:
    """The engine with the model of folder `request.model`. Raises `LoadFailed`."""
    if request.provider not in _PROVIDERS:
        raise LoadFailed(f"provider {request.provider!r}: wanted one of {', '.join(_PROVIDERS)}")
    folder = GenaiFolder(Path(request.model))
    vocabulary = Vocabulary(folder.path / "tokenizer.json")
    context_tokens = min(request.context_tokens, folder.safe_tokens)
    named_ends = {vocabulary.control(token) for token in request.end_tokens}
    on_cpu = request.provider == "cpu"
    cache_bytes = folder.cache_bytes(context_tokens) if on_cpu else 0
    try:
        model = _model(folder, request, context_tokens)
    except NativeError as error:
        raise LoadFailed(f"onnxruntime-genai cannot load {folder.path}: {error}") from error
    if not memory.fits(cache_bytes):
        free = memory.available_bytes() or 0
        raise LoadFailed(
            f"the KV cache wants {cache_bytes // _MIB} MiB, {free // _MIB} MiB of memory are free; "
            "choose a shorter context or a smaller model"
        )
    return OnnxGenai(
        model,
        vocabulary,
        context_tokens=context_tokens,
        scores=folder.vocabulary,
        end_tokens=folder.end_tokens | {end for end in named_ends if end is not None},
        most_sequences=Options.read(request.options).sequences or _sequences_for(cache_bytes, on_cpu=on_cpu),
        cache_bytes=cache_bytes,
        interruptible=on_cpu,
    )


def _sequences_for(cache_bytes: int, *, on_cpu: bool) -> int:
    """Two for typing and asking; four where a cache is small, for lines, blocks, another file and asking."""
    if not on_cpu:
        return 1
    return 4 if 0 < cache_bytes <= _SMALL_CACHE else 2


class OnnxGenai:
    """One model and its generators. `cache_bytes` is what the KV cache of each takes, 0 where that is not known.

    `interruptible`: a running step can be given up, and what was in the cache before it is still right.
    """

    name = "onnx_genai"
    version = VERSION

    def __init__(
        self,
        model: Model,
        vocabulary: Vocabulary,
        *,
        context_tokens: int,
        scores: int,
        end_tokens: frozenset[int],
        most_sequences: int,
        cache_bytes: int,
        interruptible: bool,
    ) -> None:
        self.context_tokens = context_tokens
        self.cells = context_tokens * most_sequences
        self.vocabulary = scores
        self.end_tokens = end_tokens
        self.system = model.device
        self._model: Model | None = model
        self._vocabulary = vocabulary
        self._most_sequences = most_sequences
        self._cache_bytes = cache_bytes
        self._interruptible = interruptible
        self._generators: dict[int, Generator] = {}
        self._selected = 0
        self._lock = threading.Lock()
        self._unwanted = False
        self._guard = _Guard(self._forget)
        self.rewind(0)
        self.scores_all = self._gives_all_scores()

    @property
    def sequences(self) -> int:
        """The generators that there are, and those for which memory is free."""
        more = self._most_sequences - len(self._generators)
        return len(self._generators) + memory.further(more, self._cache_bytes)

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt; see `Engine`."""
        return encode_parts(self._vocabulary, parts)

    def piece(self, token: int) -> bytes:
        """The bytes of a token; see `Engine`."""
        return self._vocabulary.piece(token)

    def select(self, sequence: int) -> None:
        """Work on another generator, which is made when it is first needed."""
        with self._lock:
            self._selected = sequence
        if sequence not in self._generators:
            self.rewind(0)

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens. A generator that raised is replaced, which empties the cache."""
        with self._guard:
            generator = self._generators.get(self._selected)
            if generator is None:
                self._make()
            elif length < generator.length:
                generator.rewind(length)

    def feed(self, tokens: Sequence[int]) -> bool:
        """Append tokens and compute them; False when it was interrupted."""
        with self._guard:
            return self._append(tokens)

    def logits(self) -> npt.NDArray[np.float32]:
        """The scores after the last token fed."""
        with self._guard:
            return self._generators[self._selected].logits(self.vocabulary)

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """The scores after each of `tokens`, which are appended; None when it was interrupted."""
        with self._guard:
            return self._generators[self._selected].all_logits() if self._append(tokens) else None

    def save(self, most_bytes: int) -> bytearray | None:
        """The engine cannot give a cache away."""
        return None

    def restore(self, state: bytearray) -> bool:
        """Nothing is ever saved."""
        self.rewind(0)
        return False

    def interrupt(self, wanted: bool) -> None:
        """Make a running `feed` give up after the node that it computes, where the provider can."""
        with self._lock:
            self._unwanted = wanted
            if wanted and self._interruptible and self._selected in self._generators:
                self._generators[self._selected].terminate(True)
            if not wanted:
                for generator in self._generators.values():
                    if generator.terminated:
                        generator.terminate(False)

    def close(self) -> None:
        """Give the model's memory back."""
        with self._lock:
            self._generators.clear()
        self._model = None

    def _append(self, tokens: Sequence[int]) -> bool:
        generator = self._generators[self._selected]
        if self._unwanted:
            return False
        try:
            generator.append(tokens)
        except NativeError:
            with self._lock:
                if not generator.terminated:
                    raise
                generator.terminate(False)
            generator.rewind(generator.length)
            return False
        return True

    def _make(self) -> None:
        if self._model is None:
            raise GenerationFailed("the engine is closed; load the model again")
        made = self._model.generator(self.context_tokens)
        with self._lock:
            self._generators[self._selected] = made

    def _gives_all_scores(self) -> bool:
        """Whether the graph computes scores after each token; some are built to do so after the last one only."""
        rows = self.score([0, 0])
        self.rewind(0)
        return rows is not None and len(rows) == 2

    def _forget(self) -> None:
        """Give up the selected generator: how many tokens it has taken is not known any more."""
        with self._lock:
            self._generators.pop(self._selected, None)


class _Guard:
    """A context in which any error is the engine's. A plain class, since it is entered twice for each token."""

    def __init__(self, forget: Callable[[], None]) -> None:
        self._forget = forget

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self._forget()
            raise GenerationFailed(f"onnxruntime-genai: {error}") from error


def _model(folder: GenaiFolder, request: Load, context_tokens: int) -> Model:
    if request.provider == "cuda":
        import onnxruntime

        # The CUDA libraries of the nvidia packages are found by nobody else.
        onnxruntime.preload_dlls(directory="")
    with folder.loadable() as path:
        overlay = folder.overlay(path, context_tokens=context_tokens, threads=request.threads)
        return Model(path, provider=request.provider, overlay=overlay)
