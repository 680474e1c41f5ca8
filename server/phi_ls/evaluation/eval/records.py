"""What is known of each answer, and the journal that a broken run is resumed from.

The journal is a file of JSON lines: the first one says what is being measured, each further one holds one answer. It
holds code, so it is written only where the user asked for it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Record:
    """One answer of one system for one hole. Times in ms."""

    side: str
    """"" or, in a comparison, the name of the side."""
    system: str
    """model, as shown (by an editor), or the name of a baseline."""
    hole: str
    kind: str
    language: str
    path: str
    truth: str
    before: str
    """The end of the text before the hole, for people who read the journal."""
    text: str
    exact: bool
    similarity: float
    completed: int
    """Characters of the truth that need not be typed, of `truth_characters`."""
    truth_characters: int
    parses: bool | None
    """Whether the file has no more syntax errors with the answer than it had without; None when nothing is shown."""
    whole: bool
    """Whether the file has no more syntax errors with the answer than it had before the hole was made."""
    outcome: str = ""
    """What the tests of a problem said; empty for holes in files."""
    came_from: str = ""
    gate: str = ""
    confidence: float | None = None
    least: float | None = None
    agreement: float = 0.0
    key_characters: int = 0
    """What lookup knows of its match."""
    ms: float = 0.0
    ms_first_token: float = 0.0
    prompt_tokens: int = 0
    new_tokens: int = 0

    @property
    def passed(self) -> bool:
        """Whether the tests of the problem passed."""
        return self.outcome == "passed"


@dataclass(frozen=True)
class Who:
    """What answered for one side; names are empty where no model ran."""

    side: str
    backend: str = ""
    engine: str = ""
    model: str = ""


class Journal:
    """Answers that were given before, and those that are added. Without a file it only collects."""

    def __init__(self, file: Path | None, header: dict[str, Any]) -> None:
        self._file = file
        self._known: dict[tuple[str, str, str], Record] = {}
        self._who: dict[str, Who] = {}
        if file is None:
            return
        if file.exists() and file.stat().st_size:
            self._read(file, header)
        else:
            _append(file, [json.dumps(header)])

    def __len__(self) -> int:
        return len(self._known)

    def find(self, side: str, system: str, hole: str) -> Record | None:
        """The answer, if it was given before."""
        return self._known.get((side, system, hole))

    def who(self, side: str) -> Who | None:
        """What answered for a side in an earlier run."""
        return self._who.get(side)

    def introduce(self, who: Who) -> None:
        """Keep what answers for a side. Raises `UsageError` when something else did in an earlier run."""
        before = self._who.get(who.side)
        if before is not None and before != who:
            raise UsageError(
                f"wanted to go on with {before.model or 'no model'} on {before.backend or 'no backend'}, "
                f"found {who.model or 'no model'} on {who.backend or 'no backend'}; name another file"
            )
        self._who[who.side] = who
        if self._file is not None and before is None:
            _append(self._file, [json.dumps({"who": asdict(who)})])

    def add(self, records: Iterable[Record]) -> None:
        """Keep answers; they are in the file when this returns."""
        new = list(records)
        for record in new:
            self._known[record.side, record.system, record.hole] = record
        if self._file is not None and new:
            _append(self._file, [json.dumps(asdict(record)) for record in new])

    def _read(self, file: Path, header: dict[str, Any]) -> None:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
            found = json.loads(lines[0])
        except (OSError, ValueError, IndexError) as error:
            raise UsageError(f"wanted a journal of `phi-ls eval` in {file}, found {error}") from error
        differing = [key for key in header if not isinstance(found, dict) or found.get(key) != header[key]]
        if differing:
            raise UsageError(
                f"wanted to resume {file}, found that it measured something else ({', '.join(differing)}); "
                "name another file"
            )
        for line in lines[1:]:
            try:
                self._take(json.loads(line))
            except (ValueError, TypeError):
                continue  # a line that was cut off when the run was broken off; that answer is given again

    def _take(self, row: dict[str, Any]) -> None:
        if "who" in row:
            who = Who(**row["who"])
            self._who[who.side] = who
        else:
            record = Record(**row)
            self._known[record.side, record.system, record.hole] = record


def _append(file: Path, lines: list[str]) -> None:
    try:
        with file.open("a", encoding="utf-8") as stream:
            if stream.tell() and not _ends_with_line(file):
                stream.write("\n")
            stream.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise UsageError(
            f"wanted to keep answers in {file}, found {error.strerror or error}; "
            "mend that and run the same command again, it goes on where it stopped"
        ) from error


def _ends_with_line(file: Path) -> bool:
    with file.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1) == b"\n"
