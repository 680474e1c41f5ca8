"""The record that a pull or an import leaves beside the files of a build: what came, from where, with which hashes.

It is written last and moved into the store together with the files, so a folder that has one is complete.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "phi-ls-receipt.json"


@dataclass(frozen=True)
class StoredFile:
    """One file as it came: `size` in bytes, and who vouches for `sha256`: catalogue, hub or import."""

    name: str
    size: int
    sha256: str
    known_by: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What is in a build's folder. `revision` is the commit, or "" for what was imported."""

    model: str
    build: str
    source: str
    revision: str
    files: tuple[StoredFile, ...]


def read_receipt(folder: Path) -> Receipt | None:
    """The receipt of a folder; None when it has none that can be read."""
    try:
        record = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = tuple(StoredFile(**file) for file in record.pop("files"))
        return Receipt(files=files, **record)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """Write it so that after a power failure there is either the whole receipt or none."""
    temporary = folder / f"{NAME}.{os.getpid()}.tmp"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(asdict(receipt), stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / NAME)


def withdraw_receipt(folder: Path) -> None:
    """Make a folder incomplete, so that a pull or an import takes its files in hand again."""
    (folder / NAME).unlink(missing_ok=True)
