"""Where a piece of a file can begin so that it reads well: at a definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.syntax.docs import doc_place
from phi_ls.syntax.symbols import definitions_on
from phi_ls.text import indentation_of, start_of_line

if TYPE_CHECKING:
    from tree_sitter import Node

    from phi_ls.syntax.symbols import Symbol
    from phi_ls.syntax.tree import Tree
    from phi_ls.text import Span


def border(tree: Tree, within: Span) -> int | None:
    """The start of the line at which a definition begins in `within`, with its decorators and the comment above it.

    One at the top level goes before a member, and the first before those behind it; None where none begins.
    """
    found = [line for symbol in definitions_on(tree, within) if (line := _first_line(tree, symbol)) in within]
    return min(found, key=lambda line: (_width(tree, line), line), default=None)


def _first_line(tree: Tree, symbol: Symbol) -> int:
    places = [doc_place(tree, symbol), tree.span(_wrapped(tree, symbol)).start]
    if symbol.doc is not None:
        places.append(symbol.doc.start)
    return start_of_line(tree.source.text, min(places))


def _wrapped(tree: Tree, symbol: Symbol) -> Node:
    """The node of a definition with what is wrapped around it: `export`, Python's decorators."""
    start, end = tree.byte(symbol.span.start), tree.byte(symbol.span.end)
    node = tree.root.named_descendant_for_byte_range(start, end) or tree.root
    while node.parent is not None and node.parent.type in tree.language.wrappers:
        node = node.parent
    return node


def _width(tree: Tree, line: int) -> int:
    return len(indentation_of(tree.source.text[line : line + 200]).expandtabs(8))
