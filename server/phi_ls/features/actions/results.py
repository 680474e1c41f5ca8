"""What an action can come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from phi_ls.inference.schedule import Account

if TYPE_CHECKING:
    from pathlib import Path

    from phi_ls.text import Edit, Source


@dataclass(frozen=True)
class Answer:
    """A text for the user to read, in Markdown; `plain` is the bare text where that is what counts."""

    title: str
    markdown: str
    account: Account = field(default_factory=Account)
    plain: str = ""


@dataclass(frozen=True)
class Edited:
    """Edits to one version of one document, and the text of the answer, which is kept when they cannot be applied."""

    title: str
    source: Source
    edits: tuple[Edit, ...]
    answer: str
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class Created:
    """A file that is not there yet, and what it is to hold."""

    title: str
    path: Path
    text: str
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class Names:
    """Better names for what is called `name` at an offset, the best first."""

    title: str
    source: Source
    offset: int
    name: str
    names: tuple[str, ...]
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class Preview:
    """An answer that is shown but never applied. `reason` ends a sentence that begins with "it"."""

    title: str
    markdown: str
    reason: str
    account: Account = field(default_factory=Account)


Result: TypeAlias = Answer | Edited | Created | Names | Preview
