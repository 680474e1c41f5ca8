"""The texts that the model learns from and those that it is measured on, in one file of bytes with a table beside it.

Whole packages are held out (`held_out.txt`), and of the others every file whose path's hash falls into the lowest
1.2 %. What is held out is read first, so that no near-copy of it can enter the training part.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from .dedupe import Seen
from .filters import readable
from .licences import licence_of
from .sources import Package, Pin, packages, pins, standard_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

Part = Literal["train", "val_id", "val_ood"]

HELD_OUT_SHARE = 0.012
TESTS_CAP = 8_000_000
CAP = 12_000_000
"""Bytes of one package at most, and of the standard library's own tests; the files with the lowest hashes stay."""


@dataclass(frozen=True)
class Entry:
    """One file's place in the corpus: bytes `start` to `end` of `texts.bin`."""

    package: str
    path: str
    part: Part
    start: int
    end: int


@dataclass(frozen=True)
class Found:
    """One file that goes into a corpus."""

    pin: Pin
    path: str
    part: Part
    text: str
    licence: str


class Corpus:
    """A corpus that was written before. Texts are read on demand; the table is in memory."""

    def __init__(self, folder: Path) -> None:
        self._bytes = (folder / "texts.bin").read_bytes()
        rows = json.loads((folder / "files.json").read_text("utf-8"))
        self.entries = tuple(Entry(*row) for row in rows)

    def text(self, entry: Entry) -> str:
        """The text of one file."""
        return self._bytes[entry.start : entry.end].decode("utf-8")

    def part(self, part: Part) -> tuple[Entry, ...]:
        """The files of one part, package by package."""
        return tuple(entry for entry in self.entries if entry.part == part)

    @cached_property
    def by_package(self) -> dict[str, tuple[Entry, ...]]:
        """The training files of each package."""
        found: dict[str, list[Entry]] = {}
        for entry in self.part("train"):
            found.setdefault(entry.package, []).append(entry)
        return {name: tuple(entries) for name, entries in found.items()}


def build(folder: Path, wheels: Path, *, report: Callable[[str], None] = print) -> None:
    """Write the whole corpus to `folder`; wheels that are missing are fetched."""
    held_out, learned = pins("held_out.txt"), pins("packages.txt")
    if clash := {pin.name for pin in held_out} & {pin.name for pin in learned}:
        raise ValueError(f"held-out packages must not be learned from, but the list names {sorted(clash)}")
    sources = (standard_library(), *packages(learned, wheels))
    write(folder, collect(packages(held_out, wheels), sources, report=report))


def build_small(folder: Path, *, share: float) -> None:
    """Write a corpus from a share (0 to 1) of the standard library, without any network."""
    library = standard_library()
    chosen = [file for file in library.files() if _hash("small", file.path) < share * 2**64]
    write(folder, collect((), (dataclasses.replace(library, given=tuple(chosen)),), report=lambda line: None))


def collect(
    held_out: Sequence[Package], learned: Sequence[Package], *, report: Callable[[str], None]
) -> Iterator[Found]:
    """The files of a corpus, what is held out first; `report` is told what each package gives."""
    seen = Seen()
    for package in held_out:
        for path, text in _texts(package):
            seen.hold_out(text)
            yield Found(package.pin, path, "val_ood", text, "not learned from")
    allowed = []
    for package in learned:
        licence = licence_of(package.pin.name, package.metadata)
        if licence is None:
            report(f"left out for its licence: {package.pin.name} {package.pin.version}")
            continue
        files = _capped(package)
        allowed.append((package, licence, files))
        for path, text in files:
            if _is_held_out(package.pin.name, path) and seen.accept(text, held_out_share=1.0):
                seen.hold_out(text)
                yield Found(package.pin, path, "val_id", text, licence)
    for package, licence, files in allowed:
        kept = 0
        for path, text in files:
            if not _is_held_out(package.pin.name, path) and seen.accept(text):
                kept += len(text)
                yield Found(package.pin, path, "train", text, licence)
        report(f"{package.pin.name} {package.pin.version}: {kept / 1e6:.2f} MB")


def _texts(package: Package) -> Iterator[tuple[str, str]]:
    for file in package.files():
        text = readable(file.path, file.content)
        if text is not None:
            yield file.path, text


def _capped(package: Package) -> list[tuple[str, str]]:
    """The package's texts up to the cap, in the order of their paths."""
    files = list(_texts(package))
    tests = [file for file in files if package.pin.name == "cpython" and file[0].startswith(("test/", "lib2to3/"))]
    paths = {path for path, _ in tests}
    others = [file for file in files if file[0] not in paths]
    limit = 3 * CAP if tests else CAP
    kept = {path for path, _ in (*_lowest(package, tests, TESTS_CAP), *_lowest(package, others, limit))}
    return [file for file in files if file[0] in kept]


def _lowest(package: Package, files: list[tuple[str, str]], cap: int) -> Iterator[tuple[str, str]]:
    total = 0
    for path, text in sorted(files, key=lambda file: _hash(f"cap/{package.pin.name}", file[0])):
        total += len(text)
        if total > cap:
            return
        yield path, text


def _is_held_out(package: str, path: str) -> bool:
    return _hash(package, path) < HELD_OUT_SHARE * 2**64


def _hash(package: str, path: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{package}/{path}".encode(), digest_size=8).digest(), "big")


def write(folder: Path, rows: Iterable[Found]) -> None:
    """Write `texts.bin`, the table `files.json` and, last, `licences.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: list[Entry] = []
    licences: dict[str, dict[str, str | int]] = {}
    with (folder / "texts.bin").open("wb") as blob:
        for row in rows:
            start = blob.tell()
            blob.write(row.text.encode("utf-8"))
            entries.append(Entry(row.pin.name, row.path, row.part, start, blob.tell()))
            if row.part == "train":
                said: dict[str, str | int] = {"files": 0, "version": row.pin.version, "licence": row.licence}
                known = licences.setdefault(row.pin.name, said)
                known["files"] = int(known["files"]) + 1
    (folder / "files.json").write_text(json.dumps([dataclasses.astuple(entry) for entry in entries]), "utf-8")
    (folder / "licences.json").write_text(json.dumps(licences, indent=1) + "\n", "utf-8")
