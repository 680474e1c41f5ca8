"""Parsing that comes to an end.

Some grammars run in circles on code that is half-written: tree-sitter's own parser would never come back from there.
Steps are counted, not seconds, so the same text is given up on every machine. Versions of tree-sitter before 0.26 crash
when they are to report their steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Parser

if TYPE_CHECKING:
    from tree_sitter import Point
    from tree_sitter import Tree as Parsed

    from phi_ls.syntax.grammar import Grammar

STEPS, BYTES_PER_STEP = 1000, 4
"""A parser reports now and then: for 37 bytes of broken code at most. Ten times as many, and some more, are let by."""
_CHUNK = 1 << 16


def parse_bytes(data: bytes, grammar: Grammar, old: Parsed | None = None) -> Parsed | None:
    """The tree of `data`, made from `old`, which was edited accordingly; None when the grammar runs in circles."""
    left = STEPS + len(data) // BYTES_PER_STEP

    def read(offset: int, _point: Point) -> bytes:
        return data[offset : offset + _CHUNK]

    def is_enough(_offset: int, _has_error: bool) -> bool:
        nonlocal left
        left -= 1
        return left < 0

    parser = Parser(grammar.parsed)
    try:
        if old is None:
            return parser.parse(read, progress_callback=is_enough)
        return parser.parse(read, old, progress_callback=is_enough)
    except ValueError:
        return None
