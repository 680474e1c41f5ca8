"""Where things lie in the model store, and who may change them: one process at a time per build.

STORE/<model>/<build>/              the files of a build and its receipt
STORE/<model>/model.json            what phi-ls knows of a model that the user imported
STORE/.incoming/<model>--<build>/   a pull or an import that has not ended; the next one goes on with it
STORE/.locks/<model>--<build>.lock
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from phi_ls.errors import StoreError
from phi_ls.paths import remove_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RESERVE_BYTES = 16 << 20
"""What a pull leaves free on the disk."""


def build_folder(store: Path, model: str, build: str) -> Path:
    """The folder of a build that is complete."""
    return store / model / build


def incoming_folder(store: Path, model: str, build: str) -> Path:
    """The folder of a build that is on its way."""
    return store / ".incoming" / f"{model}--{build}"


@contextmanager
def locked(store: Path, model: str, build: str, waits: Callable[[], None]) -> Iterator[None]:
    """Hold a build's lock; `waits` is called once when another process has it. Raises `StoreError`."""
    # Only those who change the store pay for the import.
    from filelock import FileLock, Timeout

    folder = store / ".locks"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f"{model}--{build}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waits()
            lock.acquire()
    except OSError as error:
        raise StoreError(f"wanted to write in {store}, found {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


def check_space(folder: Path, wanted: int) -> None:
    """Raise `StoreError` when `wanted` bytes do not fit beside what is there."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if wanted + RESERVE_BYTES > free:
        raise StoreError(
            f"wanted {gigabytes(wanted)} in {folder} and {gigabytes(RESERVE_BYTES)} in reserve, "
            f"found {gigabytes(free)} free; make room, or set PHI_LS_HOME to another disk"
        )


def settle(incoming: Path, folder: Path) -> None:
    """Move a finished build into its place; the rename is what makes it visible."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if folder.exists():
        discard(folder)
    incoming.replace(folder)


def discard(folder: Path) -> None:
    """Remove a folder. It disappears under its name at once, so nobody loads half of it. Raises `StoreError`."""
    if not folder.exists():
        return
    try:
        remove_folder(folder)
    except OSError as error:
        raise StoreError(
            f"wanted to remove {folder}, found {error.strerror or error}; end the editors that use the model"
        ) from error


def gigabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e9:.2f} GB" if size >= 1e8 else f"{size / 1e6:.2f} MB"
