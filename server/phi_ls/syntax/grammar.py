"""Grammars, loaded when the first document of their language comes.

Both halves are kept until the process ends: freeing a compiled `Query` crashes some versions of tree-sitter.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tree_sitter import Language as Parsed
from tree_sitter import Query

if TYPE_CHECKING:
    from phi_ls.syntax.languages import Language

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Grammar:
    """A language that can be parsed, and the query for what phi-ls wants to know of it."""

    parsed: Parsed
    query: Query


@cache
def grammar_of(row: Language) -> Grammar | None:
    """The grammar of a row; None where it has none or its package is not installed, which is logged once."""
    if not row.grammar or row.query is None:
        return None
    module, function = row.grammar.split(":")
    try:
        parsed = Parsed(getattr(importlib.import_module(module), function)())
    except ImportError as error:
        _log.info("no grammar for %s, it is read as text: %s", row.name, error)
        return None
    return Grammar(parsed, Query(parsed, row.query.read_text("utf-8")))
