"""Where the documentation of a definition stands, and where it would go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.text import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from phi_ls.syntax.symbols import Symbol
    from phi_ls.syntax.tree import Tree


def comment_before(tree: Tree, node: Node) -> Span | None:
    """The comment that ends on the line before a definition, or before what belongs to it: decorators, `export`."""
    for place in _places(tree, node):
        found = _comment_above(tree, place)
        if found is not None:
            return found
    return None


def doc_place(tree: Tree, symbol: Symbol) -> int:
    """The offset at whose line a documentation comment belongs: above decorators, and above what speaks to tools."""
    node = tree.root.named_descendant_for_byte_range(tree.byte(symbol.span.start), tree.byte(symbol.span.end))
    if node is None:
        return symbol.span.start
    while node.parent is not None and tree.span(node.parent) == symbol.span:
        node = node.parent
    found = symbol.span.start
    for place in _places(tree, node):
        found = min(found, tree.span(place).start)
        for span in _comments_above(tree, place):
            if not _is_directive(tree, span):
                break
            found = span.start
    return found


def is_documentation(tree: Tree, symbol: Symbol) -> bool:
    """Whether the symbol's `doc` is one that tools read, and not a remark that happens to stand there."""
    signs = tree.language.doc_signs
    return symbol.doc is not None and (not signs or tree.source.text.startswith(signs, symbol.doc.start))


def _places(tree: Tree, node: Node) -> Iterator[Node]:
    """The definition, then what belongs to it on the way up and to the left."""
    row = tree.language
    yield node
    while True:
        before = node.prev_named_sibling
        while before is not None and before.type in row.comments:
            before = before.prev_named_sibling
        if before is not None and before.type in row.attributes:
            node = before
        elif node.parent is not None and node.parent.type in row.wrappers and _on_one_line(tree, node.parent, node):
            node = node.parent
        else:
            return
        yield node


def _on_one_line(tree: Tree, outer: Node, inner: Node) -> bool:
    return "\n" not in tree.source.text[tree.span(outer).start : tree.span(inner).start]


def _comment_above(tree: Tree, node: Node) -> Span | None:
    row, text = tree.language, tree.source.text
    start = end = None
    for span in _comments_above(tree, node):
        if _is_directive(tree, span) or (end is None and text[span.start : span.end] == row.doc_sign):
            if end is not None:
                break
            continue
        is_block = text.startswith("/*", span.start)
        if end is not None and (is_block or not _same_sign(tree, span.start, start or 0)):
            break
        start, end = span.start, end or span.end
        if is_block:
            break
    return None if start is None or end is None else Span(start, end)


def _comments_above(tree: Tree, node: Node) -> Iterator[Span]:
    """The comments that end on the line before a node or before the comment below them, upwards."""
    text = tree.source.text
    below = tree.span(node).start
    comment = node.prev_sibling
    while comment is not None and comment.type in tree.language.comments:
        span = _without_line_end(tree, comment)
        gap = text[span.end : below]
        if gap.strip() or gap.count("\n") > 1:
            return
        yield span
        below = span.start
        comment = comment.prev_sibling


def _is_directive(tree: Tree, span: Span) -> bool:
    directives = tree.language.directives
    return directives is not None and directives.match(tree.source.text, span.start) is not None


def _same_sign(tree: Tree, one: int, other: int) -> bool:
    """Whether two comments both document, or both do not: remarks end a documentation."""
    text, sign = tree.source.text, tree.language.doc_sign
    return text.startswith(sign, one) == text.startswith(sign, other)


def _without_line_end(tree: Tree, comment: Node) -> Span:
    """The comment's span: some grammars count the line end of a documentation to it."""
    span = tree.span(comment)
    return Span(span.start, span.start + len(tree.source.text[span.start : span.end].rstrip("\r\n")))
