"""Brackets that a text closes though nothing opened them; for languages without a grammar, which cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.features.postprocess.brackets import brackets

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape


def drop_surplus_closers(text: str, shape: Shape) -> str:
    """`text` up to the first closing bracket that has no partner on the cursor's line."""
    if shape.paste.tree is not None:
        return text
    comment = shape.row.line_comment if shape.row else ""
    wanted = len(brackets(shape.line_prefix, line_comment=comment).openers)
    there = len(brackets(shape.line_suffix, line_comment=comment).closers)
    first = text.split("\n", 1)[0]
    surplus = brackets(first, line_comment=comment).closers[max(wanted - there, 0) :]
    return text[: surplus[0]] if surplus and shape.line_prefix.strip() else text
