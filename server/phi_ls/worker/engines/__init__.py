"""The engines by name. Only the one that is asked for is imported: most environments have but one."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

from phi_ls.errors import LoadFailed

if TYPE_CHECKING:
    from phi_ls.wire import Load
    from phi_ls.worker.engine import Engine

_ENGINES = {
    "onnx_genai": "phi-ls[cpu]",
    "llama_cpp": "phi-ls[gguf]",
    "scripted": "phi-ls",
}


def load(request: Load) -> Engine:
    """The engine that `request` names, with its model in memory. Raises `LoadFailed`."""
    if request.engine not in _ENGINES:
        raise LoadFailed(f"engine {request.engine!r}: wanted one of {', '.join(_ENGINES)}")
    if request.context_tokens < 1:
        raise LoadFailed(f"context_tokens: wanted at least 1, found {request.context_tokens}")
    try:
        module = importlib.import_module(f"{__name__}.{request.engine}")
    except ImportError as error:
        raise LoadFailed(
            f"engine {request.engine} cannot be imported ({error}); install {_ENGINES[request.engine]}"
        ) from error
    return cast("Engine", module.load(request))
