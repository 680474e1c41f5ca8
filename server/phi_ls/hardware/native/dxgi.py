"""Ask DXGI for the graphics processors of a Windows machine.

Prints a list of `{"name", "vendor_id", "dedicated_mib", "shared_mib", "software", "driver"}`, software adapters
included; whoever reads it skips them.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

_MIB = 1 << 20
_SOFTWARE = 2
_RELEASE, _CHECK_INTERFACE, _GET_DESC1, _ENUM_ADAPTERS1 = 2, 9, 10, 12
"""Places in the tables of IUnknown, IDXGIAdapter, IDXGIAdapter1 and IDXGIFactory1."""


class _Guid(ctypes.Structure):
    _fields_ = (("a", ctypes.c_uint32), ("b", ctypes.c_uint16), ("c", ctypes.c_uint16), ("d", ctypes.c_ubyte * 8))


class _Description(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_wchar * 128),
        ("vendor", ctypes.c_uint32),
        ("device", ctypes.c_uint32),
        ("subsystem", ctypes.c_uint32),
        ("revision", ctypes.c_uint32),
        ("dedicated_video", ctypes.c_size_t),
        ("dedicated_system", ctypes.c_size_t),
        ("shared_system", ctypes.c_size_t),
        ("luid_low", ctypes.c_uint32),
        ("luid_high", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
    )


_FACTORY1 = _Guid(0x770AAE78, 0xF26F, 0x4DBA, (ctypes.c_ubyte * 8)(0xA8, 0x29, 0x25, 0x3C, 0x83, 0xD1, 0xB3, 0x87))
_DEVICE = _Guid(0x54EC77FA, 0x1377, 0x44E6, (ctypes.c_ubyte * 8)(0x8C, 0x32, 0x88, 0xFD, 0x5F, 0x44, 0xC8, 0x4C))


def ask() -> list[dict[str, Any]]:
    """Every adapter, in the order in which Windows prefers them."""
    found = []
    factory = ctypes.c_void_p()
    code = _dxgi().CreateDXGIFactory1(ctypes.byref(_FACTORY1), ctypes.byref(factory))
    if code < 0:
        raise OSError(f"CreateDXGIFactory1 answers {code & 0xFFFFFFFF:#x}")
    index = 0
    while True:
        adapter = ctypes.c_void_p()
        if _method(factory, _ENUM_ADAPTERS1, ctypes.c_uint32, ctypes.c_void_p)(factory, index, ctypes.byref(adapter)):
            break
        description = _Description()
        _method(adapter, _GET_DESC1, ctypes.c_void_p)(adapter, ctypes.byref(description))
        found.append(_record(description, _driver(adapter)))
        _method(adapter, _RELEASE)(adapter)
        index += 1
    _method(factory, _RELEASE)(factory)
    return found


def _record(description: _Description, driver: str) -> dict[str, Any]:
    return {
        "name": description.name.strip(),
        "vendor_id": description.vendor,
        "dedicated_mib": description.dedicated_video // _MIB,
        "shared_mib": description.shared_system // _MIB,
        "software": bool(description.flags & _SOFTWARE),
        "driver": driver,
    }


def _driver(adapter: ctypes.c_void_p) -> str:
    version = ctypes.c_int64()
    code = _method(adapter, _CHECK_INTERFACE, ctypes.c_void_p, ctypes.c_void_p)(
        adapter, ctypes.byref(_DEVICE), ctypes.byref(version)
    )
    if code:
        return ""
    return ".".join(str(version.value >> shift & 0xFFFF) for shift in (48, 32, 16, 0))


def _method(this: ctypes.c_void_p, place: int, *arguments: Any) -> Any:  # noqa: ANN401 - a native function
    table = ctypes.cast(this, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    prototype: Any = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE)
    return prototype(ctypes.c_int32, ctypes.c_void_p, *arguments)(table[place])


def _dxgi() -> Any:  # noqa: ANN401
    return getattr(ctypes, "WinDLL")("dxgi")  # noqa: B009 - it is there on Windows only


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ask()))
