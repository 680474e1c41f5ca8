"""The statements and blocks of a file as spans: what can be taken out of it and asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from phi_ls.syntax.tree import Tree


def statements(tree: Tree) -> tuple[Span, ...]:
    """Every statement, outer ones before those inside of them; comments and documentation strings are none."""
    return tuple(tree.span(child) for block in _blocks(tree) for child in _said(tree, block))


def blocks(tree: Tree) -> tuple[Span, ...]:
    """The statements of each block as one span, from the first to the last; that of the whole file is left out."""
    found = []
    for block in _blocks(tree):
        said = _said(tree, block)
        if said and block.parent is not None:
            found.append(Span(tree.span(said[0]).start, tree.span(said[-1]).end))
    return tuple(found)


def _blocks(tree: Tree) -> Iterator[Node]:
    """All block nodes in the order of their starts; no recursion, since source can be nested as deep as it likes."""
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node.type in tree.language.blocks:
            yield node
        waiting += reversed(node.children)


def _said(tree: Tree, block: Node) -> list[Node]:
    row = tree.language
    children = [child for child in block.named_children if child.type not in row.comments]
    if children and row.doc_style == "docstring" and _is_string(tree, children[0]):
        del children[0]
    return children


def _is_string(tree: Tree, node: Node) -> bool:
    return node.named_child_count == 1 and node.named_children[0].type in tree.language.strings
