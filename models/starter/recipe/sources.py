"""Where Python source comes from: the standard library, installed distributions, and wheels fetched by name.

A source is named and pinned; what it yields depends on nothing else. A package that is installed here in the pinned
version is read where it lies, the others are fetched once, as ordinary wheels and without their dependencies.
"""

from __future__ import annotations

import email.parser
import importlib.metadata
import platform
import re
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Pin:
    """One line of a package list, its name in the registry's normal form."""

    name: str
    version: str


@dataclass(frozen=True)
class SourceFile:
    """One file as its package ships it; `path` is relative and has forward slashes."""

    path: str
    content: bytes


@dataclass(frozen=True)
class Package:
    """A package whose files can be read: `given` ones, or those of `where`.

    `where` is a wheel, a folder, or None for a distribution that is installed.
    """

    pin: Pin
    metadata: Message
    where: Path | None = None
    given: tuple[SourceFile, ...] | None = None

    def files(self) -> Iterator[SourceFile]:
        """The package's Python files, in the order of their paths."""
        if self.given is not None:
            yield from self.given
        elif self.where is None:
            yield from _installed_files(self.pin.name)
        elif self.where.is_dir():
            yield from _folder_files(self.where)
        else:
            yield from _wheel_files(self.where)


def pins(listing: str) -> tuple[Pin, ...]:
    """The pins of a package list beside this file."""
    lines = (HERE / listing).read_text("utf-8").splitlines()
    found = [line.strip().split("==") for line in lines if line.strip() and not line.startswith("#")]
    return tuple(Pin(normal_name(name), version) for name, version in found)


def normal_name(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def standard_library() -> Package:
    """The standard library of the Python that runs this, tests included."""
    metadata = email.parser.Parser().parsestr("License-Expression: PSF-2.0\n")
    return Package(Pin("cpython", platform.python_version()), metadata, Path(sysconfig.get_paths()["stdlib"]))


def packages(wanted: tuple[Pin, ...], wheels: Path) -> tuple[Package, ...]:
    """`wanted`, in that order; wheels that are not in the folder yet are fetched into it."""
    missing = [pin for pin in wanted if not _is_installed(pin) and _wheel_of(pin, wheels) is None]
    if missing:
        _fetch(missing, wheels)
    return tuple(_package(pin, wheels) for pin in wanted)


def _fetch(missing: list[Pin], wheels: Path) -> None:
    wheels.mkdir(parents=True, exist_ok=True)
    listing = wheels / "missing.txt"
    listing.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in missing), "utf-8")
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(wheels), "--requirement", str(listing)]
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *options], check=True)


def _package(pin: Pin, wheels: Path) -> Package:
    if _is_installed(pin):
        return Package(pin, importlib.metadata.metadata(pin.name), None)  # type: ignore[arg-type]
    wheel = _wheel_of(pin, wheels)
    if wheel is None:
        raise FileNotFoundError(f"{pin.name} {pin.version} was fetched, but no wheel of it lies in {wheels}")
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.parser.Parser().parsestr(archive.read(name).decode("utf-8", "replace"))
    return Package(pin, metadata, wheel)


def _is_installed(pin: Pin) -> bool:
    try:
        return importlib.metadata.version(pin.name).split("+")[0] == pin.version
    except importlib.metadata.PackageNotFoundError:
        return False


def _wheel_of(pin: Pin, wheels: Path) -> Path | None:
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        if normal_name(name) == pin.name and version == pin.version:
            return wheel
    return None


def _wheel_files(wheel: Path) -> Iterator[SourceFile]:
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".py"):
                yield SourceFile(name, archive.read(name))


def _installed_files(name: str) -> Iterator[SourceFile]:
    distribution = importlib.metadata.distribution(name)
    for path in sorted(distribution.files or (), key=str):
        if path.suffix == ".py" and ".." not in path.parts:
            yield SourceFile(path.as_posix(), Path(str(distribution.locate_file(path))).read_bytes())


def _folder_files(folder: Path) -> Iterator[SourceFile]:
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(folder)
        if relative.parts[0] != "site-packages" and path.is_file():
            yield SourceFile(relative.as_posix(), path.read_bytes())
