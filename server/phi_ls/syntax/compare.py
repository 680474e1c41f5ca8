"""What an edit changed in the syntax of a file: two trees are compared node by node, without what may differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.syntax.symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from tree_sitter import Node

    from phi_ls.syntax.tree import Tree
    from phi_ls.text import Span

_BEFORE_ANNOTATIONS = (":", "->")


def same_but_for(before: Tree, after: Tree, gone: Collection[Span], added: Collection[Span]) -> bool:
    """Whether the trees are the same, nodes and texts, without those of `before` in `gone` and of `after` in `added`.

    Blanks between nodes do not count. Comments are compared by their texts alone: which node holds one depends on what
    stands above it.
    """
    first, second = _differing(before, after)
    comments, left = _comments(before, first, gone), _comments(after, second, added)
    return comments == left and _shape(before, first, gone) == _shape(after, second, added)


def same_code(before: Tree, after: Tree) -> bool:
    """Whether the trees differ in comments and documentation at most."""
    first, second = _differing(before, after)
    return _shape(before, first, _docs(before)) == _shape(after, second, _docs(after))


def same_but_for_annotations(before: Tree, after: Tree) -> bool:
    """Whether the trees have the same texts but for types that are said, and every type said before is said still."""
    code, types = _leaves_and_types(before)
    new_code, new_types = _leaves_and_types(after)
    left = iter(new_types)
    return code == new_code and all(said in left for said in types)


def _differing(before: Tree, after: Tree) -> tuple[list[Node], list[Node]]:
    """The nodes of the top level between those that are the same at its start and at its end."""
    first, second = list(before.root.children), list(after.root.children)
    start = 0
    while start < min(len(first), len(second)) and _same_text(first[start], second[start]):
        start += 1
    end = 0
    while end < min(len(first), len(second)) - start and _same_text(first[-1 - end], second[-1 - end]):
        end += 1
    return first[start : len(first) - end], second[start : len(second) - end]


def _same_text(one: Node, other: Node) -> bool:
    return one.type == other.type and one.text == other.text


def _docs(tree: Tree) -> list[Span]:
    return [symbol.doc for symbol in symbols(tree) if symbol.doc is not None]


def _comments(tree: Tree, nodes: list[Node], without: Collection[Span]) -> list[str]:
    """The texts of the comments at or below some nodes, in their order."""
    found: list[str] = []
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if node.type not in tree.language.comments:
            waiting += reversed(node.children)
        elif not _is_within(tree, node, without):
            found.append(tree.source.text[tree.span(node).start : _end(tree, node)])
    return found


def _is_within(tree: Tree, node: Node, spans: Collection[Span]) -> bool:
    start, end = tree.span(node).start, _end(tree, node)
    return any(span.start <= start and end <= span.end for span in spans)


def _shape(tree: Tree, nodes: list[Node], without: Collection[Span]) -> list[str]:
    """Every node but comments as it opens and closes, with the texts of leaves and strings."""
    row = tree.language
    found: list[str] = []
    waiting: list[Node | str] = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            found.append(node)
            continue
        if node.type in row.comments or _is_within(tree, node, without):
            continue
        if not node.child_count or node.type in row.strings:
            span = tree.span(node)
            found.append(f"{node.type} {tree.source.text[span.start : span.end]}")
            continue
        found.append(f"({node.type}")
        waiting.append(")")
        waiting += reversed(node.children)
    return found


def _end(tree: Tree, node: Node) -> int:
    """The end of a node without the line end that some grammars count to a comment."""
    span = tree.span(node)
    return span.start + len(tree.source.text[span.start : span.end].rstrip("\r\n"))


def _leaves_and_types(tree: Tree) -> tuple[list[str], list[str]]:
    types: list[str] = []
    leaves = list(_leaves(tree, types))
    return leaves, types


def _leaves(tree: Tree, types: list[str]) -> Iterator[str]:
    row = tree.language
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        if node.type in row.annotations:
            types.append((node.text or b"").decode("utf-8", "replace"))
            continue
        following = node.next_sibling
        if node.type in _BEFORE_ANNOTATIONS and following is not None and following.type in row.annotations:
            continue
        if not node.child_count or node.type in row.strings:
            yield f"{'' if node.is_named else node.type} {(node.text or b'').decode('utf-8', 'replace')}"
            continue
        waiting += reversed(node.children)
