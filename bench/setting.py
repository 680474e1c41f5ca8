"""How the server is set for a measurement of the model's path.

As shipped, the starter model's text is not shown unasked, since it was measured to be wrong too often; a measurement of
what the model costs would then measure lookup. So here its text is always shown, and nothing of the user's own folders
is read or written.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.prompts import starter_file

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKENDS = {"cpu": "onnx_genai", "gguf": "llama_cpp"}
"""The backends that are measured, and the engine of each."""
SAID = (
    "set for the model's path: the starter model's text is shown unasked (inlineCompletion.unasked = model, no "
    "confidence threshold), which phi-ls does not do by default"
)
_TRUSTED = {"threshold": 0.0, "holes": 0, "quarters": [{"lowest": 0.0, "n": 0, "exact_match": 1.0}]}


@contextmanager
def own_home() -> Iterator[dict[str, str]]:
    """Environment variables that give the server a home of its own, in which every model is trusted."""
    with tempfile.TemporaryDirectory(prefix="phi-ls-bench-") as folder:
        cache = Path(folder, "cache")
        cache.mkdir()
        trusted = {f"starter {backend}": _TRUSTED for backend in BACKENDS}
        (cache / "calibration.json").write_text(json.dumps(trusted), encoding="utf-8")
        yield {"PHI_LS_HOME": folder}


def own_threads(backend: str, cores: int) -> int:
    """The threads that phi-ls takes for the starter model when nobody sets a number; llama.cpp's rule is its own."""
    if backend == "gguf":
        from phi_ls.worker.engines.llama_context import threads_for

        return threads_for(starter_file(backend).stat().st_size, cores)
    return usual_threads(cores)


def usual_threads(cores: int) -> int:
    """About one per physical core, as the engines take by themselves."""
    return cores if cores <= 4 else cores // 2


def settings(backend: str, **inline: Any) -> dict[str, Any]:  # noqa: ANN401 - as JSON is
    """Initialization options for one backend; `inline` goes on top of the inline completion's settings."""
    return {
        "backend": backend,
        "model": "starter",
        "allowFallback": False,
        "inlineCompletion": {"unasked": "model", **inline},
    }
