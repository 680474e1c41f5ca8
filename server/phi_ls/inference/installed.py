"""Which engines can be imported beside the server, asked without importing them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DISTRIBUTIONS: Mapping[str, str] = {
    "onnx_genai": "onnxruntime-genai",
    "llama_cpp": "llama-cpp-python",
}
_MODULES: Mapping[str, str] = {"onnx_genai": "onnxruntime_genai", "llama_cpp": "llama_cpp"}


def installed_engines() -> dict[str, str]:
    """The version of each engine that this interpreter has, by engine name; absent ones are left out."""
    found = {}
    for engine, distribution in DISTRIBUTIONS.items():
        if importlib.util.find_spec(_MODULES[engine]) is None:
            continue
        try:
            found[engine] = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            # The CUDA and DirectML distributions install the same package under another name.
            found[engine] = "of an unknown version"
    return found
