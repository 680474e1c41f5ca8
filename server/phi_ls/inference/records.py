"""What was measured or went wrong on this machine, remembered from one start to the next.

A record belongs to a backend with its package's version, the device with its driver, and one build of a model: when one
of these changes, nothing is known again. A broken candidate is tried again after a week, or when a person measures.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from phi_ls.paths import cache_dir, write_whole

if TYPE_CHECKING:
    from pathlib import Path

FORGIVEN_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, kw_only=True)
class Record:
    """One candidate's figures, or why it is broken. Times in ms, rates in tokens per second, memory in MiB.

    `first_line_ms` is the time to the first token of a prompt of about 300 tokens and to 15 more: what a person waits
    for. `canaries` are the prompt lengths, in tokens, that were answered sanely.
    """

    broken: str = ""
    first_line_ms: float = 0.0
    first_token_ms: float = 0.0
    prefill_per_s: float = 0.0
    decode_per_s: float = 0.0
    memory_mib: int = 0
    load_ms: float = 0.0
    canaries: tuple[int, ...] = ()
    when: float = 0.0


class Records:
    """The records of this machine, written at each change. Other processes' entries are kept. For any thread."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or cache_dir() / "measurements.json"

    def get(self, key: str) -> Record | None:
        """What is known of a candidate."""
        return self.all().get(key)

    def all(self) -> dict[str, Record]:
        """Everything that is known and still counts."""
        now = time.time()
        return {
            key: record
            for key, record in _read(self._file).items()
            if not record.broken or now - record.when <= FORGIVEN_SECONDS
        }

    def keep(self, key: str, record: Record) -> None:
        """Remember a record; a disk that cannot be written costs a new measurement and nothing else."""
        content = {name: asdict(item) for name, item in {**_read(self._file), key: record}.items()}
        try:
            write_whole(self._file, json.dumps(content, indent=1))
        except OSError:
            return


def _read(file: Path) -> dict[str, Record]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {
            key: Record(**{**record, "canaries": tuple(record.get("canaries", ()))}) for key, record in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
