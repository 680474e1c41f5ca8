"""HumanEval-Infilling's problems: a function with a hole, and tests that say whether it was filled well.

One JSON object a line, the file plain or gzipped, with `task_id`, `entry_point`, `prompt`, `suffix`,
`canonical_solution` and `test`.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.errors import UsageError
from phi_ls.text import indentation_of, start_of_line

if TYPE_CHECKING:
    from pathlib import Path

_FIELDS = ("task_id", "entry_point", "prompt", "suffix", "canonical_solution", "test")


@dataclass(frozen=True)
class Problem:
    """One line of the file."""

    task_id: str
    entry_point: str
    prompt: str
    suffix: str
    canonical_solution: str
    test: str

    @property
    def family(self) -> str:
        """What kind of hole it is, as the task's name says: SingleLineInfilling, RandomSpanInfilling ..."""
        return self.task_id.split("/", 1)[0]

    @property
    def takes_lines(self) -> bool:
        """Whether whole lines are missing: the cursor then stands on a line of its own, indented by the editor."""
        return self.prompt.endswith("\n") and not self.family.startswith("RandomSpan")

    @property
    def indentation(self) -> str:
        """What an editor puts before the cursor: the indentation of the last line that says something, or one more."""
        if not self.takes_lines:
            return ""
        said = self.prompt.rstrip()
        last = said[start_of_line(said, len(said)) :]
        return indentation_of(last) + ("    " if last.endswith((":", "(", "[", "{")) else "")

    @property
    def before(self) -> str:
        """The text before the cursor."""
        return self.prompt + self.indentation

    @property
    def after(self) -> str:
        """The text after the cursor."""
        return ("\n" if self.takes_lines else "") + self.suffix

    @property
    def truth(self) -> str:
        """The reference solution as the text that would stand at the cursor."""
        if not self.takes_lines:
            return self.canonical_solution
        return self.canonical_solution.removeprefix(self.indentation).removesuffix("\n")

    def program(self, text: str) -> str:
        """The function with `text` at the cursor, its tests, and the call that runs them."""
        return f"{self.before}{text}{self.after}\n{self.test}\ncheck({self.entry_point})\n"


def is_dataset(path: Path) -> bool:
    """Whether a path is read as problems and not as source code."""
    return path.name.endswith((".jsonl", ".jsonl.gz"))


def read_problems(path: Path) -> list[Problem]:
    """The problems of a file. Raises `UsageError` for one that cannot be read, with the line."""
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    except (OSError, ValueError, EOFError) as error:
        raise UsageError(f"wanted problems in HumanEval-Infilling's format, found {error}") from error
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            found.append(Problem(*(str(row[name]) for name in _FIELDS)))
        except (ValueError, KeyError, TypeError) as error:
            wanted = f"wanted an object with {', '.join(_FIELDS)}"
            raise UsageError(f"{path.name}, line {number}: {wanted}, found {type(error).__name__}: {error}") from error
    if not found:
        raise UsageError(f"wanted problems in HumanEval-Infilling's format, found none in {path.name}")
    return found
