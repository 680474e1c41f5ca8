"""Runs the real engines on the starter model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from phi_ls.wire import Chunk, Control, Done, FromWorker, Generate, Load, Part, Text
from phi_ls.worker import engines
from phi_ls.worker.generation import Generation
from phi_ls.worker.model import Model
from phi_ls.worker.prefix import Prefix
from phi_ls.worker.sequences import Sequences

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from phi_ls.worker.engine import Engine

STARTER = Path(__file__).parents[2] / "models" / "starter"
MODELS = {"onnx_genai": STARTER / "onnx-int8", "llama_cpp": STARTER / "starter-q8_0.gguf"}
PACKAGES = {"onnx_genai": "onnxruntime_genai", "llama_cpp": "llama_cpp"}

# Feeding in other portions rounds differently; a wrong cache is off by several units.
ROUNDING = 0.5

SOURCE = "import json\n\n" + "".join(f"def read_{n}(path):\n    return json.load(open(path))\n\n" for n in range(20))


def load(name: str, model: Path | None = None, **fields: Any) -> Engine:
    pytest.importorskip(PACKAGES[name], reason=f"needs {PACKAGES[name]}", exc_type=ImportError)
    request = {"context_tokens": 2047, "threads": 1, **fields}
    return engines.load(Load(engine=name, model=str(model or MODELS[name]), **request))


def starter_prompt(prefix: str) -> list[Part]:
    return [
        Control("<|user|>"),
        Text("\nComplete the line in pkg/file.py\n# Context\nimport json\n# After\n"),
        Control("<|end|>"),
        Text("\n"),
        Control("<|assistant|>"),
        Text("\n"),
        Text(prefix, border=True),
    ]


def fresh(engine: Engine, **fields: Any) -> Model:
    """The model of an engine whose cache is empty."""
    for place in reversed(range(engine.sequences)):
        engine.select(place)
        engine.rewind(0)
    return Model(engine, Sequences(engine), **fields)


def run(model: Model, parts: Sequence[Part], **fields: Any) -> tuple[str, Done]:
    sent: list[FromWorker] = []
    unwanted = fields.pop("unwanted", bool)
    request = Generate(id=1, parts=tuple(parts), **{"max_tokens": 8, **fields})
    Generation(model, request, send=sent.append, unwanted=unwanted).run()
    done = sent[-1]
    assert isinstance(done, Done)
    text = "".join(token.text for item in sent if isinstance(item, Chunk) for token in item.tokens())
    return text, done


def scores_from_scratch(engine: Engine, ids: Sequence[int]) -> np.ndarray[Any, np.dtype[np.float32]]:
    prefix = Prefix(engine)
    prefix.drop()
    prefix.keep(ids)
    assert prefix.fill(ids, bool)
    return engine.logits().copy()
