"""The languages as data: one row each, read from `languages.toml`.

A row without a grammar is plain text with a name, a comment sign and a fence. Ids are those of the LSP.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

_FOLDER = Path(__file__).parent
_NODE_TYPES = (
    "strings", "comments", "interpolations", "identifiers", "blocks", "wrappers", "attributes", "annotations",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Language:
    """One row; what the fields mean stands at the top of `languages.toml`."""

    id: str
    name: str
    extensions: tuple[str, ...] = ()
    grammar: str = ""
    query: Path | None = None
    fence: str = ""
    line_comment: str = ""
    block: Literal["indent", "braces", "free"] = "free"
    doc_style: Literal["", "docstring", "block-comment", "line-comment"] = ""
    doc_signs: tuple[str, ...] = ()
    directives: re.Pattern[str] | None = None
    strings: frozenset[str] = frozenset()
    comments: frozenset[str] = frozenset()
    interpolations: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    wrappers: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    annotations: frozenset[str] = frozenset()
    continuations: tuple[str, ...] = ()
    definition_lines: tuple[re.Pattern[str], ...] = ()

    @property
    def doc_sign(self) -> str:
        """What a documentation comment that is written begins with; "" where it is no comment."""
        return self.doc_signs[0] if self.doc_signs else ""


def language(language_id: str) -> Language | None:
    """The row of an LSP language id; None when phi-ls does not know it."""
    return _rows.get(language_id)


def languages() -> tuple[Language, ...]:
    """All rows."""
    return tuple(_rows.values())


def language_of(path: str) -> str:
    """The LSP language id for a path or URI, by its ending; "plaintext" when it is unknown."""
    ending = PurePosixPath(path.replace("\\", "/")).suffix.lower()
    for row in _rows.values():
        if ending in row.extensions:
            return row.id
    return "plaintext"


def fence_of(language_id: str) -> str:
    """What stands behind the three backticks of a Markdown block in that language."""
    row = _rows.get(language_id)
    return row.fence if row else ""


def add_languages(folder: Path) -> None:
    """Take in `languages.toml` and `queries/` of another folder; a row of the same id is replaced.

    Raises what `tomllib` and a missing name raise: the rows are part of the program.
    """
    tables = tomllib.loads((folder / "languages.toml").read_text("utf-8"))
    for key, table in tables.items():
        _rows[key] = _row(key, _inherited(table, tables), folder / "queries")


def _inherited(table: dict[str, Any], tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    base = table.get("like")
    own = {key: value for key, value in table.items() if key != "like"}
    return {**_inherited(tables[base], tables), **own} if base else own


def _row(key: str, table: dict[str, Any], queries: Path) -> Language:
    fields: dict[str, Any] = dict(table)
    for name in _NODE_TYPES:
        fields[name] = frozenset(fields.get(name, ()))
    for name in ("extensions", "continuations", "doc_signs"):
        fields[name] = tuple(fields.get(name, ()))
    fields["definition_lines"] = tuple(re.compile(line) for line in fields.get("definition_lines", ()))
    fields["directives"] = re.compile(fields["directives"]) if "directives" in fields else None
    fields["query"] = queries / f"{fields.get('query', key)}.scm" if fields.get("grammar") else None
    return Language(id=key, **fields)


_rows: dict[str, Language] = {}
add_languages(_FOLDER)
