"""The head of a GGUF file: what the model is, without loading it and without any engine."""

from __future__ import annotations

import mmap
import struct
from typing import TYPE_CHECKING, Any

from phi_ls.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"GGUF"
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
MOST_VALUES = 2_000_000
"""More entries than any vocabulary has: beyond it the file is damaged."""


def read_head(path: Path) -> dict[str, Any]:
    """The metadata by key; lists of texts are kept, other lists are None. Raises `CatalogError` for another file."""
    try:
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _Reader(data).head()
    except (OSError, ValueError, struct.error, IndexError, KeyError, UnicodeDecodeError) as error:
        raise CatalogError(f"wanted a GGUF file, found {path} without a readable head ({error})") from error


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0

    def head(self) -> dict[str, Any]:
        if self._data[:4] != MAGIC:
            raise ValueError("it does not begin with GGUF")
        self._at = 8
        self._scalar("<Q")
        count = self._count()
        return {self._text(): self._value(self._scalar("<I")) for _ in range(count)}

    def _value(self, kind: int) -> Any:  # noqa: ANN401 - as the file has it
        if kind == _STRING:
            return self._text()
        if kind != _ARRAY:
            return self._scalar(_SCALARS[kind])
        inner, count = self._scalar("<I"), self._count()
        if inner == _STRING:
            return [self._text() for _ in range(count)]
        self._at += count * struct.calcsize(_SCALARS[inner])
        return None

    def _text(self) -> str:
        size = self._count(most=1 << 24)
        raw = self._data[self._at : self._at + size]
        if len(raw) != size:
            raise ValueError("it ends in the middle of a text")
        self._at += size
        return raw.decode("utf-8", "replace")

    def _count(self, most: int = MOST_VALUES) -> int:
        number = self._scalar("<Q")
        if number > most:
            raise ValueError(f"a count of {number}")
        return int(number)

    def _scalar(self, form: str) -> Any:  # noqa: ANN401 - a number or a truth value
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value
