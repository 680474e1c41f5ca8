"""Code that is too long for a model, made shorter by leaving out the insides of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.syntax.regions import blocks

if TYPE_CHECKING:
    from phi_ls.syntax.tree import Tree
    from phi_ls.text import Span

MARK = "..."


def reduced(tree: Tree, span: Span, characters: int) -> tuple[str, int]:
    """The code of `span`, and how many blocks were left out of it so that it fits into `characters`.

    Outer blocks go before inner ones, large ones before small ones; what holds all the others stays, and so do
    signatures and documentation. Where that is not enough, the last lines go, and count as one more block.
    """
    gone: list[Span] = []
    size = len(span)
    for block in _in_order(tree, span):
        if size <= characters:
            break
        if any(outer.start <= block.start and block.end <= outer.end for outer in gone):
            continue
        gone.append(block)
        size -= len(block) - len(MARK)
    text = _without(tree, span, sorted(gone))
    if len(text) <= characters:
        return text, len(gone)
    kept = text[: max(characters - len(MARK) - 1, 0)]
    return kept[: kept.rfind("\n") + 1] + MARK + "\n", len(gone) + 1


def _in_order(tree: Tree, span: Span) -> list[Span]:
    inside = [block for block in blocks(tree) if span.start <= block.start and block.end <= span.end]
    depths: dict[Span, int] = {}
    around: list[Span] = []
    for block in inside:  # outer ones come first
        while around and around[-1].end < block.end:
            around.pop()
        depths[block] = len(around)
        around.append(block)
    for depth in range(max(depths.values(), default=0)):
        if sum(found == depth for found in depths.values()) > 1:
            break
        depths = {block: found for block, found in depths.items() if found != depth}
    candidates = [block for block in depths if len(block) > len(MARK)]
    return sorted(candidates, key=lambda block: (depths[block], -len(block)))


def _without(tree: Tree, span: Span, gone: list[Span]) -> str:
    text, at, pieces = tree.source.text, span.start, []
    for block in gone:
        pieces += [text[at : block.start], MARK]
        at = block.end
    return "".join([*pieces, text[at : span.end]])
