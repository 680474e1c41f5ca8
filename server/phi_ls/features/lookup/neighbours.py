"""Which other files are indexed: those that were open before, and the package of the one at hand.

Files are read and entered in a thread, one job after the other, and only when a completion was asked for in their
package. The document at hand is never entered while it is being typed in: `lookup` searches it as it is.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import deque
from typing import TYPE_CHECKING

from phi_ls.features.lookup.index import LARGEST_FILE, Index, name_of, path_of
from phi_ls.syntax import language, language_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phi_ls.text import Source

MOST_FILES = 4000
_IGNORED = re.compile(r"\.|__pycache__$|node_modules$|venv$|build$|dist$|target$")
_DEEPEST = 8


class Neighbours:
    """Keeps `index`. Every method must be called from one event loop."""

    def __init__(self, index: Index | None = None) -> None:
        self.index = index or Index()
        self._current: Source | None = None
        self._asked: set[Path] = set()
        self._loaded: set[Path] = set()
        self._jobs: deque[Callable[[], None]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    def visit(self, source: Source) -> None:
        """Take note of the document that is typed in; costs next to nothing when it is the same as before."""
        previous, self._current = self._current, source
        if previous is not None and previous.uri != source.uri:
            self._later(lambda: self._enter(name_of(previous.uri), previous.utf8))
        path = path_of(source.uri)
        if path is not None and path.parent not in self._asked:
            self._asked.add(path.parent)
            self._later(lambda: self._load(path, source.language))

    def leave(self, uri: str) -> None:
        """Take note that a document was closed: what counts of it from here on is its file."""
        if self._current is not None and self._current.uri == uri:
            self._current = None
        path = path_of(uri)
        if path is None:
            self._later(lambda: self.index.drop(name_of(uri)))
        else:
            self._later(lambda: self._reread(path))

    async def settled(self) -> None:
        """Wait until everything that was asked for is indexed."""
        while self._worker is not None and not self._worker.done():
            await self._worker

    async def close(self) -> None:
        """Stop indexing."""
        self._closed = True
        self._jobs.clear()
        await self.settled()

    def _later(self, job: Callable[[], None]) -> None:
        self._jobs.append(job)
        if not self._closed and (self._worker is None or self._worker.done()):
            self._worker = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while self._jobs:
            await asyncio.to_thread(self._jobs.popleft())

    def _load(self, path: Path, language_id: str) -> None:
        root, deep = package_of(path)
        if root in self._loaded:
            return
        self._loaded.add(root)
        for file in source_files(root, language_id, deep=deep):
            if self._closed or self.index.is_full:
                return
            if name_of(file.as_uri()) not in self.index:
                self._read(file)

    def _reread(self, path: Path) -> None:
        if name_of(path.as_uri()) in self.index:
            self._read(path)

    def _read(self, path: Path) -> None:
        try:
            data = path.read_bytes() if path.stat().st_size <= LARGEST_FILE else b""
        except OSError:
            data = b""
        self._enter(name_of(path.as_uri()), data)

    def _enter(self, name: str, data: bytes) -> None:
        if data:
            self.index.put(name, data, lambda: self._closed)
        else:
            self.index.drop(name)


def package_of(path: Path) -> tuple[Path, bool]:
    """The folder whose files belong together with `path`, and whether those of its folders do as well.

    For Python it is the outermost package. Elsewhere it is the folder of package.json, and failing that the file's own
    folder alone.
    """
    folder = path.parent
    if (folder / "__init__.py").exists():
        while (folder.parent / "__init__.py").exists():
            folder = folder.parent
        return folder, True
    if path.suffix not in (".py", ".pyi"):
        for above in (folder, *folder.parents[:_DEEPEST]):
            if (above / "package.json").exists():
                return above, True
    return folder, False


def source_files(root: Path, language_id: str, *, deep: bool) -> Iterator[Path]:
    """Files of one language in `root`, nearer ones first; at most `MOST_FILES`. Unreadable folders are left out."""
    row = language(language_id)
    extensions = row.extensions if row else ()
    waiting, found = deque([root]), 0
    while waiting:
        folder = waiting.popleft()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if _IGNORED.match(entry.name) or entry.is_symlink():
                continue
            if entry.is_dir():
                if deep:
                    waiting.append(folder / entry.name)
            elif (
                entry.is_file()  # to read a pipe is to wait for who writes to it
                and entry.name.lower().endswith(extensions)
                and language_of(entry.name) == language_id
            ):
                found += 1
                if found > MOST_FILES:
                    return
                yield folder / entry.name
