"""How long the KV cache of llama.cpp is made."""

from __future__ import annotations

import pytest

from phi_ls.worker import memory

pytestmark = pytest.mark.engine
llama_context = pytest.importorskip(
    "phi_ls.worker.engines.llama_context", reason="needs llama-cpp-python", exc_type=ImportError
)


class Metadata:
    """What llama.cpp tells of a model of Phi-3-mini's shape."""

    def __init__(self, trained: int, original: str) -> None:
        self._trained = trained
        self._texts = {
            b"general.architecture": b"phi3",
            b"phi3.rope.scaling.original_context_length": original.encode(),
        }

    def llama_model_n_ctx_train(self, model: object) -> int:
        return self._trained

    def llama_model_meta_val_str(self, model: object, key: bytes, buffer: object, size: int) -> int:
        buffer.value = self._texts.get(key, b"")  # type: ignore[attr-defined]
        return len(buffer.value)  # type: ignore[attr-defined]

    def llama_model_n_embd(self, model: object) -> int:
        return 3072

    def llama_model_n_head(self, model: object) -> int:
        return 32

    def llama_model_n_head_kv(self, model: object) -> int:
        return 32

    def llama_model_n_layer(self, model: object) -> int:
        return 32


@pytest.mark.parametrize(
    ("trained", "original", "free_mib", "cells"),
    [
        pytest.param(4096, "4096", 8000, 4094, id="two-contexts"),
        pytest.param(4096, "4096", 2310, 4094, id="half-of-what-is-left-is-enough-for-a-second"),
        pytest.param(4096, "4096", 2290, 2047, id="half-of-what-is-left-is-too-little"),
        pytest.param(131_072, "4096", 8000, 4094, id="long-rope-below-its-border"),
        pytest.param(131_072, "3000", 8000, 3000, id="long-rope-at-its-border"),
        pytest.param(131_072, "1024", 8000, 2047, id="long-rope-beyond-its-border-as-was-asked-for"),
        pytest.param(4096, "", 8000, 4094, id="not-told"),
    ],
)
def test_a_second_context_is_taken_where_memory_and_the_model_allow_it(
    monkeypatch: pytest.MonkeyPatch, trained: int, original: str, free_mib: int, cells: int
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: free_mib << 20)
    monkeypatch.setattr(llama_context, "native", Metadata(trained, original))
    assert llama_context.cells_for(None, 2047, contexts=2, on_cpu=True) == cells


@pytest.mark.parametrize(
    ("weight_bytes", "processors", "threads"),
    [
        pytest.param(5_000_000, 2, 1, id="a-small-model-is-read-by-one"),
        pytest.param(5_000_000, 16, 1, id="on-a-large-machine-too"),
        pytest.param(2_300_000_000, 2, 2, id="a-small-machine"),
        pytest.param(2_300_000_000, 4, 4, id="a-laptop"),
        pytest.param(2_300_000_000, 16, 8, id="one-per-physical-core"),
    ],
)
def test_as_many_threads_as_suit_the_model_and_the_machine(weight_bytes: int, processors: int, threads: int) -> None:
    assert llama_context.threads_for(weight_bytes, processors) == threads
