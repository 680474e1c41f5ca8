"""onnxruntime-genai: a model folder with `genai_config.json`, on the CPU, CUDA or DirectML.

The KV cache is allocated in full at the context's length and can be rewound. The binding computes with Python's global
lock held, so a step cannot be given up half-way: a cancel is seen after it.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Telemetry is switched on by the import below; only the environment keeps it off.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np
import onnxruntime_genai as og

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.worker.engines.genai_folder import GenaiFolder
from phi_ls.worker.parts import encode_parts
from phi_ls.worker.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from phi_ls.wire import Load, Part

_PROVIDERS = ("cpu", "cuda", "dml")


def load(request: Load) -> OnnxGenai:
    """The engine with the model of folder `request.model`. Raises `LoadFailed`."""
    if request.provider not in _PROVIDERS:
        raise LoadFailed(f"provider {request.provider!r}: wanted one of {', '.join(_PROVIDERS)}")
    folder = GenaiFolder(Path(request.model))
    vocabulary = Vocabulary(folder.path / "tokenizer.json")
    context_tokens = min(request.context_tokens, folder.safe_tokens)
    named_ends = {vocabulary.control(token) for token in request.end_tokens}
    try:
        model = _model(folder, request, context_tokens)
    except RuntimeError as error:
        raise LoadFailed(f"onnxruntime-genai cannot load {folder.path}: {error}") from error
    return OnnxGenai(
        model,
        vocabulary,
        context_tokens=context_tokens,
        scores=folder.vocabulary,
        end_tokens=folder.end_tokens | {end for end in named_ends if end is not None},
    )


class OnnxGenai:
    """One model and one generator, which holds the KV cache."""

    name = "onnx_genai"
    version = str(og.__version__)

    def __init__(
        self,
        model: Any,  # noqa: ANN401 - the engine has no types
        vocabulary: Vocabulary,
        *,
        context_tokens: int,
        scores: int,
        end_tokens: frozenset[int],
    ) -> None:
        self.context_tokens = context_tokens
        self.vocabulary = scores
        self.end_tokens = end_tokens
        self.system = str(model.device_type)
        self._model = model
        self._vocabulary = vocabulary
        self._generator: Any = None
        self.rewind(0)

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt; see `Engine`."""
        return encode_parts(self._vocabulary, parts)

    def piece(self, token: int) -> bytes:
        """The bytes of a token; see `Engine`."""
        return self._vocabulary.piece(token)

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens. A generator that raised is replaced, which empties the cache."""
        with self._guarded():
            if self._generator is None:
                parameters = og.GeneratorParams(self._model)
                parameters.set_search_options(max_length=self.context_tokens, do_sample=False)
                self._generator = og.Generator(self._model, parameters)
            if length < self._generator.token_count():
                self._generator.rewind_to(length)

    def feed(self, tokens: Sequence[int]) -> bool:
        """Append tokens and compute them, always to the end."""
        with self._guarded():
            self._generator.append_tokens(np.asarray(tokens, np.int32))
        return True

    def logits(self) -> npt.NDArray[np.float32]:
        """The scores after the last token fed."""
        with self._guarded():
            scores: npt.NDArray[np.float32] = np.asarray(self._generator.get_logits(), np.float32)
        return scores.reshape(-1)

    def interrupt(self, wanted: bool) -> None:
        """Ignored: while a step runs, no other thread does."""

    def close(self) -> None:
        """Give the model's memory back."""
        self._generator = self._model = None

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # How many tokens it has taken is not known any more.
            self._generator = None
            raise GenerationFailed(f"onnxruntime-genai: {error}") from error


def _model(folder: GenaiFolder, request: Load, context_tokens: int) -> Any:  # noqa: ANN401
    if request.provider == "cuda":
        import onnxruntime

        # The CUDA libraries of the nvidia packages are found by nobody else.
        onnxruntime.preload_dlls(directory="")
    with folder.loadable() as path:
        config = og.Config(str(path))
        config.clear_providers()
        if request.provider != "cpu":
            config.append_provider(request.provider)
        config.overlay(folder.overlay(path, context_tokens=context_tokens, threads=request.threads))
        return og.Model(config)
