"""The C API of onnxruntime-genai, from the library that its Python package brings along.

The package's own binding computes with Python's global lock held; a call through `ctypes` gives the lock back, so a
cancel is seen while a step runs. Of the C header `ort_genai_c.h`, the same from 0.11 to 0.18.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

# Telemetry is switched on by the import below; only the environment keeps it off.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import numpy as np

# Its import finds and loads the libraries that the C API needs.
import onnxruntime_genai as og

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

VERSION = str(og.__version__)
_LIBRARY = {"win32": "onnxruntime-genai.dll", "darwin": "libonnxruntime-genai.dylib"}
_FLOAT32, _FLOAT16 = 1, 10
_Handle, _Out, _Text, _Size = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
_SIGNATURES: Final = {
    "OgaCreateConfig": (_Text, _Out),
    "OgaConfigClearProviders": (_Handle,),
    "OgaConfigAppendProvider": (_Handle, _Text),
    "OgaConfigOverlay": (_Handle, _Text),
    "OgaCreateModelFromConfig": (_Handle, _Out),
    "OgaModelGetDeviceType": (_Handle, _Out),
    "OgaCreateGeneratorParams": (_Handle, _Out),
    "OgaGeneratorParamsSetSearchNumber": (_Handle, _Text, ctypes.c_double),
    "OgaGeneratorParamsSetSearchBool": (_Handle, _Text, ctypes.c_bool),
    "OgaCreateGenerator": (_Handle, _Handle, _Out),
    "OgaGenerator_AppendTokens": (_Handle, _Handle, _Size),
    "OgaGenerator_GetLogits": (_Handle, _Out),
    "OgaGenerator_GetOutput": (_Handle, _Text, _Out),
    "OgaGenerator_RewindTo": (_Handle, _Size),
    "OgaGenerator_SetRuntimeOption": (_Handle, _Text, _Text),
    "OgaTensorGetType": (_Handle, _Out),
    "OgaTensorGetShapeRank": (_Handle, _Out),
    "OgaTensorGetShape": (_Handle, _Out, _Size),
    "OgaTensorGetData": (_Handle, _Out),
}
"""Each of these returns a result: nothing, or an error that has to be given back."""
_DESTROYERS: Final = ("Config", "GeneratorParams", "Generator", "Model", "Tensor", "Result", "String")


class NativeError(Exception):
    """What the library says that went wrong."""


class Model:
    """A model folder that is loaded, with one execution provider. Raises `NativeError`."""

    def __init__(self, folder: Path, *, provider: str, overlay: str) -> None:
        config = _Owned("Config")
        _call("OgaCreateConfig", os.fsencode(folder), config.out)
        _call("OgaConfigClearProviders", config.handle)
        if provider != "cpu":
            _call("OgaConfigAppendProvider", config.handle, provider.encode())
        _call("OgaConfigOverlay", config.handle, overlay.encode())
        self._owned = _Owned("Model")
        _call("OgaCreateModelFromConfig", config.handle, self._owned.out)

    @property
    def device(self) -> str:
        """The kind of device that computes, as the library names it."""
        text = _Owned("String")
        _call("OgaModelGetDeviceType", self._owned.handle, text.out)
        return (ctypes.string_at(text.handle) if text.handle else b"").decode("utf-8", "replace")

    def generator(self, longest: int) -> Generator:
        """A generator whose KV cache takes `longest` tokens."""
        parameters = _Owned("GeneratorParams")
        _call("OgaCreateGeneratorParams", self._owned.handle, parameters.out)
        _call("OgaGeneratorParamsSetSearchNumber", parameters.handle, b"max_length", float(longest))
        _call("OgaGeneratorParamsSetSearchBool", parameters.handle, b"do_sample", False)
        made = _Owned("Generator")
        _call("OgaCreateGenerator", self._owned.handle, parameters.handle, made.out)
        return Generator(made)


class Generator:
    """One sequence of tokens and its KV cache. Every method may raise `NativeError`.

    Not safe for two threads, `terminate` excepted.
    """

    def __init__(self, owned: _Owned) -> None:
        self._owned = owned
        self._scores = _Owned("Tensor")
        self.length = 0
        """The tokens in the cache."""
        self.terminated = False

    def append(self, tokens: Sequence[int]) -> None:
        """Append tokens and compute them, without the global lock."""
        count = len(tokens)
        _check(_append_tokens(self._owned.handle, (ctypes.c_int32 * count)(*tokens), count))
        self.length += count

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens, and those of an `append` that raised."""
        _call("OgaGenerator_RewindTo", self._owned.handle, length)
        self.length = length

    def logits(self, vocabulary: int) -> npt.NDArray[np.float32]:
        """Shape (vocabulary,): the scores after the last token, valid until the next call of any method."""
        self._scores = scores = _Owned("Tensor")
        _check(_get_logits(self._owned.handle, scores.out))
        row: Any = (ctypes.c_float * vocabulary).from_address(_data(scores))
        return np.frombuffer(row, np.float32)

    def all_logits(self) -> npt.NDArray[np.float32]:
        """Shape (tokens, vocabulary): the scores after each token of the last `append`, where the graph gives them."""
        found = _Owned("Tensor")
        _call("OgaGenerator_GetOutput", self._owned.handle, b"logits", found.out)
        kind, rank = ctypes.c_int32(), ctypes.c_size_t()
        _call("OgaTensorGetType", found.handle, ctypes.byref(kind))
        _call("OgaTensorGetShapeRank", found.handle, ctypes.byref(rank))
        shape = (ctypes.c_int64 * rank.value)()
        _call("OgaTensorGetShape", found.handle, shape, rank.value)
        numbers: Any = {_FLOAT32: np.float32, _FLOAT16: np.float16}.get(kind.value)
        if numbers is None:
            raise NativeError(f"scores of element type {kind.value}: wanted float32 or float16")
        size = int(np.prod(list(shape))) * np.dtype(numbers).itemsize
        rows: Any = (ctypes.c_char * size).from_address(_data(found))
        return np.frombuffer(rows, numbers).astype(np.float32).reshape(-1, shape[-1])

    def terminate(self, wanted: bool) -> None:
        """Make a running and every later `append` raise soon (True), or let them compute again (False).

        The one method that another thread may call. After an `append` that raised, `rewind` makes the generator whole.
        """
        _call("OgaGenerator_SetRuntimeOption", self._owned.handle, b"terminate_session", b"1" if wanted else b"0")
        self.terminated = wanted


class _Owned:
    """An object of the library, given back when this one goes. `out` is where the library puts it."""

    __slots__ = ("_kind", "_pointer", "out")

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._pointer = ctypes.c_void_p()
        self.out = ctypes.byref(self._pointer)

    @property
    def handle(self) -> int | None:
        return self._pointer.value

    def __del__(self) -> None:
        if self._pointer.value:
            _destroy[self._kind](self._pointer.value)


def _loaded() -> ctypes.CDLL:
    folder = Path(str(og.__file__)).parent
    library = ctypes.CDLL(str(folder / _LIBRARY.get(sys.platform, "libonnxruntime-genai.so")))
    for name, arguments in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, _Handle
    return library


def _destroyer(name: str) -> Any:  # noqa: ANN401 - a native function
    function = getattr(_library, f"OgaDestroy{name}")
    function.argtypes, function.restype = (_Handle,), None
    return function


def _call(name: str, *arguments: object) -> None:
    _check(getattr(_library, name)(*arguments))


def _check(result: int | None) -> None:
    if result:
        said = _library.OgaResultGetError(result) or b""
        _destroy["Result"](result)
        raise NativeError(said.decode("utf-8", "replace"))


def _data(tensor: _Owned) -> int:
    address = ctypes.c_void_p()
    _check(_get_data(tensor.handle, ctypes.byref(address)))
    return address.value or 0


_library = _loaded()
_library.OgaResultGetError.argtypes = (_Handle,)
_library.OgaResultGetError.restype = _Text
_destroy = {name: _destroyer(name) for name in _DESTROYERS}
# Called once for each token.
_append_tokens = _library.OgaGenerator_AppendTokens
_get_logits = _library.OgaGenerator_GetLogits
_get_data = _library.OgaTensorGetData
