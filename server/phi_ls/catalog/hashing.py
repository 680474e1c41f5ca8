"""Hashes of files, as the catalogue and the hub record them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BLOCK_BYTES = 4 << 20
POINTER = b"version https://git-lfs"
"""How the stand-in for a large file begins that a git clone without LFS leaves."""


def sha256_of(path: Path, read: Callable[[int], None] = lambda _size: None) -> str:
    """In hexadecimal; `read` is told the size of each block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
            read(len(block))
    return digest.hexdigest()


def git_blob_of(path: Path) -> str:
    """The id that git gives the file: the hub's only record of a small one. For small files: they are read whole."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def is_pointer(path: Path) -> bool:
    """The file is no model file but git-lfs' pointer to one."""
    with path.open("rb") as stream:
        return stream.read(len(POINTER)) == POINTER
