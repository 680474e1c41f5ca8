"""The event journal: one JSON line per event in the file that `PHI_LS_JOURNAL` names.

Tests and benchmarks read it to know what happened without waiting for it. Each line has `t` (seconds, the
monotonic clock) and `event`; the other names are listed in DESIGN.md section 9. Text of the user's code is
written only when `PHI_LS_JOURNAL_TEXT=1`.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from typing import TextIO

from phi_ls.errors import UsageError


class Journal:
    """Appends events; without a file it does nothing. Safe to call from any thread.

    Raises `UsageError` when the file cannot be opened. One that cannot be written any more, as on a full disk, ends
    with a line on stderr: what is told about never waits for the telling.
    """

    def __init__(self, file: str | None, *, with_text: bool = False) -> None:
        try:
            self._stream: TextIO | None = open(file, "a", encoding="utf-8") if file else None  # noqa: SIM115, PTH123
        except OSError as error:
            raise UsageError(f"wanted to append to the journal {file!r}, found {error.strerror or error}") from error
        self._with_text = with_text
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls) -> Journal:
        """The journal that the environment asks for, or one that does nothing."""
        return cls(
            os.environ.get("PHI_LS_JOURNAL"),
            with_text=os.environ.get("PHI_LS_JOURNAL_TEXT") == "1",
        )

    def write(self, event: str, *, text: str | None = None, **fields: object) -> None:
        """Append one event; `text` is left out unless the user asked for texts."""
        if self._stream is None:
            return
        record = {"t": round(time.monotonic(), 6), "event": event, **fields}
        if text is not None and self._with_text:
            record["text"] = text
        self._append(json.dumps(record, ensure_ascii=True, default=str) + "\n")

    def close(self) -> None:
        """Close the file; later events are dropped."""
        with self._lock:
            self._close()

    def _append(self, line: str) -> None:
        with self._lock:
            if self._stream is None:
                return
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError as error:
                sys.stderr.write(f"phi-ls: the journal ends here: {error.strerror or error}\n")
                self._close()

    def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            # What is left of a line that could not be written is not tried again.
            with contextlib.suppress(OSError):
                stream.close()
