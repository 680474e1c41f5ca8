"""The graphics devices that this environment's llama.cpp build can compute on.

Starting a driver may hang or crash, so this runs in a process of its own with a time limit.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

_MIB = 1 << 20
_GRAPHICS = (1, 2)
"""The device types GPU and integrated GPU."""
_LIBRARIES = {"win32": ("ggml.dll", "ggml-base.dll"), "darwin": ("libggml.dylib", "libggml-base.dylib")}


def print_devices() -> int:
    """Print a JSON list of `{"name", "description", "memory_mib", "free_mib"}`; empty for a build without graphics."""
    sink = os.dup(1)
    os.dup2(2, 1)
    answer = json.dumps(graphics_devices())
    with os.fdopen(sink, "w") as stream:
        stream.write(answer)
    return 0


def graphics_devices() -> list[dict[str, Any]]:
    """What the registry of ggml lists, processors left out."""
    import llama_cpp
    import llama_cpp.llama_cpp as native

    if not native.llama_supports_gpu_offload():
        return []
    native.llama_backend_init()
    folder = Path(llama_cpp.__file__).parent / "lib"
    registry, base = (
        ctypes.CDLL(str(folder / name)) for name in _LIBRARIES.get(sys.platform, ("libggml.so", "libggml-base.so"))
    )
    registry.ggml_backend_dev_count.restype = ctypes.c_size_t
    registry.ggml_backend_dev_get.restype = ctypes.c_void_p
    registry.ggml_backend_dev_get.argtypes = (ctypes.c_size_t,)
    found = (_device(base, registry.ggml_backend_dev_get(index)) for index in range(registry.ggml_backend_dev_count()))
    return [device for device in found if device is not None]


def _device(base: Any, pointer: int) -> dict[str, Any] | None:  # noqa: ANN401 - a native library
    device = ctypes.c_void_p(pointer)
    base.ggml_backend_dev_type.argtypes = (ctypes.c_void_p,)
    if base.ggml_backend_dev_type(device) not in _GRAPHICS:
        return None
    texts = []
    for function in (base.ggml_backend_dev_name, base.ggml_backend_dev_description):
        function.restype = ctypes.c_char_p
        function.argtypes = (ctypes.c_void_p,)
        texts.append(function(device).decode("utf-8", "replace"))
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    base.ggml_backend_dev_memory.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
    name, description = texts
    return {
        "name": name,
        "description": description,
        "memory_mib": total.value // _MIB,
        "free_mib": free.value // _MIB,
    }
