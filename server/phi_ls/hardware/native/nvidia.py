"""Ask NVIDIA's management library for the driver, its CUDA version and each processor.

Prints `{"driver", "cuda", "gpus": [{"name", "memory_mib", "free_mib", "capability"}]}` or `{"fault": text}`.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

_MIB = 1 << 20
_NAMES = ("nvml.dll",) if sys.platform == "win32" else ("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")
_ERRORS = {
    2: "it does not take the question",
    4: "no permission",
    9: "the driver is not loaded",
    12: "the driver's library was not found",
    15: "a graphics processor has fallen off the bus",
    18: "library and driver have different versions; restart the machine",
}


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class _Fault(Exception):
    pass


def ask() -> dict[str, Any]:
    """What the library says."""
    library = _library()
    _call(library, "nvmlInit_v2")
    try:
        version = ctypes.c_int()
        _call(library, "nvmlSystemGetCudaDriverVersion_v2", ctypes.byref(version))
        count = ctypes.c_uint()
        _call(library, "nvmlDeviceGetCount_v2", ctypes.byref(count))
        return {
            "driver": _text(library, "nvmlSystemGetDriverVersion"),
            "cuda": f"{version.value // 1000}.{version.value % 1000 // 10}",
            "gpus": [_device(library, index) for index in range(count.value)],
        }
    finally:
        library.nvmlShutdown()


def _device(library: Any, index: int) -> dict[str, Any]:  # noqa: ANN401 - a native library
    handle = ctypes.c_void_p()
    _call(library, "nvmlDeviceGetHandleByIndex_v2", ctypes.c_uint(index), ctypes.byref(handle))
    memory = _Memory()
    _call(library, "nvmlDeviceGetMemoryInfo", handle, ctypes.byref(memory))
    major, minor = ctypes.c_int(), ctypes.c_int()
    _call(library, "nvmlDeviceGetCudaComputeCapability", handle, ctypes.byref(major), ctypes.byref(minor))
    return {
        "name": _text(library, "nvmlDeviceGetName", handle),
        "memory_mib": memory.total // _MIB,
        "free_mib": memory.free // _MIB,
        "capability": f"{major.value}.{minor.value}",
    }


def _library() -> Any:  # noqa: ANN401
    for name in _NAMES:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise _Fault(f"{_NAMES[0]} was not found")


def _text(library: Any, function: str, *arguments: Any) -> str:  # noqa: ANN401
    buffer = ctypes.create_string_buffer(96)
    _call(library, function, *arguments, buffer, ctypes.c_uint(len(buffer)))
    return buffer.value.decode("utf-8", "replace")


def _call(library: Any, function: str, *arguments: Any) -> None:  # noqa: ANN401
    code = getattr(library, function)(*arguments)
    if code != 0:
        raise _Fault(f"{function} answers {code}: {_ERRORS.get(code, 'an error')}")


if __name__ == "__main__":
    try:
        answer = ask()
    except (_Fault, AttributeError) as fault:
        answer = {"fault": str(fault)}
    sys.stdout.write(json.dumps(answer))
