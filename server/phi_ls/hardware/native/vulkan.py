"""Ask the Vulkan loader for graphics processors: what a llama.cpp build with Vulkan could use.

Prints a list of `{"name", "vendor_id", "kind", "memory_mib", "driver"}`; kind: integrated, discrete, virtual, software.
"""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from typing import Any

_MIB = 1 << 20
_KINDS = ("other", "integrated", "discrete", "virtual", "software")
_NAME_AT, _HEAPS_AT, _HEAP_BYTES, _LOCAL_HEAP = 20, 260, 16, 1
_ROOM = 4096


class _InstanceInfo(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int32),
        ("next", ctypes.c_void_p),
        ("flags", ctypes.c_uint32),
        ("application", ctypes.c_void_p),
        ("layers", ctypes.c_uint32),
        ("layer_names", ctypes.c_void_p),
        ("extensions", ctypes.c_uint32),
        ("extension_names", ctypes.c_void_p),
    )


def ask() -> list[dict[str, Any]]:
    """Every device of every driver that the loader finds; nothing without a loader."""
    try:
        library: Any = ctypes.CDLL("vulkan-1.dll" if sys.platform == "win32" else "libvulkan.so.1")
    except OSError:
        return []
    instance = ctypes.c_void_p()
    if library.vkCreateInstance(ctypes.byref(_InstanceInfo(type=1)), None, ctypes.byref(instance)):
        return []
    count = ctypes.c_uint32()
    library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), None)
    devices = (ctypes.c_void_p * count.value)()
    library.vkEnumeratePhysicalDevices(instance, ctypes.byref(count), devices)
    found = [_device(library, ctypes.c_void_p(device)) for device in devices]
    library.vkDestroyInstance(instance, None)
    return found


def _device(library: Any, device: ctypes.c_void_p) -> dict[str, Any]:  # noqa: ANN401 - a native library
    properties, memory = ctypes.create_string_buffer(_ROOM), ctypes.create_string_buffer(_ROOM)
    library.vkGetPhysicalDeviceProperties(device, properties)
    library.vkGetPhysicalDeviceMemoryProperties(device, memory)
    return describe(properties.raw, memory.raw)


def describe(properties: bytes, memory: bytes) -> dict[str, Any]:
    """The facts in VkPhysicalDeviceProperties and VkPhysicalDeviceMemoryProperties as they lie in memory."""
    _api, driver, vendor, _device_id, kind = struct.unpack_from("<IIIII", properties)
    (heaps,) = struct.unpack_from("<I", memory, _HEAPS_AT)
    local = 0
    for index in range(heaps):
        size, flags = struct.unpack_from("<QI", memory, _HEAPS_AT + 4 + index * _HEAP_BYTES)
        local = max(local, size if flags & _LOCAL_HEAP else 0)
    return {
        "name": properties[_NAME_AT : _NAME_AT + 256].split(b"\0")[0].decode("utf-8", "replace"),
        "vendor_id": vendor,
        "kind": _KINDS[kind] if kind < len(_KINDS) else "other",
        "memory_mib": local // _MIB,
        "driver": str(driver),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask()))
