"""Explanations that were made once: in memory for hovers, on disk for the next session.

A key names what an explanation was made from, so a text is never stale; it is forgotten when it is old or when there
are too many. Only the model's own words are kept, never code. A disk that cannot be written costs only the keeping.
"""

from __future__ import annotations

import logging
import os
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from phi_ls import paths

if TYPE_CHECKING:
    from pathlib import Path

IN_MEMORY = 256
LARGEST_BYTES = 4 * 1024 * 1024
"""What all of them together may take on disk."""
OLDEST_SECONDS = 90 * 24 * 3600
"""How long one that nobody asked for is kept."""
BETWEEN_EVICTIONS = 64

_log = logging.getLogger(__name__)


class Explanations:
    """The kept explanations of this user. Reading and keeping one takes well below a millisecond."""

    def __init__(self, folder: Path | None = None, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._folder = folder or paths.cache_dir() / "explanations"
        self._largest = largest_bytes
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._kept = 0

    def get(self, key: str) -> str | None:
        """The explanation of that key."""
        known = self._texts.get(key)
        if known is not None:
            self._texts.move_to_end(key)
            return known
        file = self._file(key)
        try:
            text = file.read_text("utf-8")
            os.utime(file)
        except (OSError, ValueError):
            return None
        self._remember(key, text)
        return text

    def keep(self, key: str, text: str) -> None:
        """Keep an explanation, here and on disk."""
        self._remember(key, text)
        file = self._file(key)
        try:
            paths.write_whole(file, text)
        except OSError as error:
            _log.warning("an explanation could not be kept below %s: %s", self._folder, error.strerror)
            return
        self._kept += 1
        if self._kept % BETWEEN_EVICTIONS == 1:
            self.evict()

    def evict(self) -> None:
        """Delete what is too old, then the oldest until the rest is small enough."""
        now = time.time()
        room = self._largest
        for modified, size, file in sorted(self._files(), reverse=True):
            room -= size
            if room < 0 or now - modified > OLDEST_SECONDS:
                _delete(file)

    def clear(self) -> int:
        """Delete all of them; how many there were on disk."""
        self._texts.clear()
        count = 0
        for _modified, _size, file in self._files():
            count += _delete(file)
        return count

    def _files(self) -> list[tuple[float, int, Path]]:
        """When each was last asked for, its size in bytes, and where it is."""
        found = []
        try:
            for file in self._folder.iterdir():
                facts = file.stat()
                found.append((facts.st_mtime, facts.st_size, file))
        except OSError:
            return found  # the folder is not there, or another server is deleting too
        return found

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.md"

    def _remember(self, key: str, text: str) -> None:
        self._texts[key] = text
        self._texts.move_to_end(key)
        while len(self._texts) > IN_MEMORY:
            self._texts.popitem(last=False)


def _delete(file: Path) -> bool:
    """Delete a file, if it can be deleted: another program may hold it, and it may be no file of ours."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        _log.info("%s could not be deleted: %s", file, error.strerror)
        return False
    return True
