"""Where the lines of a documentation go, and in which signs. Pure.

The edit leaves every other line as it is; `phi_ls.features.trust` compares the trees before it is offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.syntax import doc_place, is_documentation
from phi_ls.text import Edit, Span, indentation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.syntax import Symbol, Tree
    from phi_ls.text import Source

WIDTH = 96
INDENT = "    "


def width_at(tree: Tree, symbol: Symbol) -> int:
    """How long a line of the symbol's documentation may be."""
    source = tree.source
    line = source.line_text(source.line_at(symbol.name_span.start))
    extra = len(INDENT) if tree.language.doc_style == "docstring" else len(tree.language.doc_sign) + 1
    return max(WIDTH - len(indentation_of(line).expandtabs(4)) - extra, 30)


def documentation_edit(tree: Tree, symbol: Symbol, lines: Sequence[str]) -> Edit:
    """The edit that gives `symbol` the documentation of these lines, at least one, replacing what it had."""
    match tree.language.doc_style:
        case "docstring":
            return _docstring(tree.source, symbol, lines)
        case "line-comment":
            sign = tree.language.doc_sign
            return _comment(tree, symbol, [f"{sign} {line}".rstrip() for line in lines])
        case _:
            safe = [line.replace("*/", "* /") for line in lines]
            if len(safe) == 1 and not safe[0].startswith("@"):
                return _comment(tree, symbol, [f"/** {safe[0]} */"])
            return _comment(tree, symbol, ["/**", *(f" * {line}".rstrip() for line in safe), " */"])


def _docstring(source: Source, symbol: Symbol, lines: Sequence[str]) -> Edit:
    outer = indentation_of(source.line_text(source.line_at(symbol.name_span.start)))
    body = _above_remarks(source, symbol, symbol.body.start if symbol.body else symbol.span.end)
    first = symbol.doc.start if symbol.doc else body
    body_line = source.line_text(source.line_at(first))
    own_line = (
        source.line_at(first) != source.line_at(symbol.name_span.start)
        and not body_line[: first - source.line_starts[source.line_at(first)]].strip()
    )
    inner = indentation_of(body_line) if own_line else outer + INDENT
    safe = [line.replace("\\", "\\\\").replace('"""', "'''") for line in lines]
    if len(safe) == 1:
        quoted = f'"""{_closed(safe[0])}"""'
    else:
        rest = [inner + line if line else "" for line in safe[1:]]
        quoted = "\n".join(['"""' + safe[0], *rest, inner + '"""'])
    quoted = quoted.replace("\n", source.line_end)
    if symbol.doc is not None:
        return Edit(symbol.doc, quoted)
    if own_line:
        return Edit(Span(first, first), quoted + source.line_end + inner)
    blanks = len(source.text[:first]) - len(source.text[:first].rstrip(" \t"))
    return Edit(Span(first - blanks, first), source.line_end + inner + quoted + source.line_end + inner)


def _above_remarks(source: Source, symbol: Symbol, body: int) -> int:
    """Where the body begins, with the comments that stand on lines of their own between it and the signature."""
    line = source.line_at(body)
    while line > source.line_at(symbol.name_span.start) + 1 and source.line_text(line - 1).lstrip().startswith("#"):
        line -= 1
    if line == source.line_at(body):
        return body
    return source.line_starts[line] + len(indentation_of(source.line_text(line)))


def _comment(tree: Tree, symbol: Symbol, lines: Sequence[str]) -> Edit:
    source = tree.source
    replaced = symbol.doc if is_documentation(tree, symbol) else None
    line = source.line_at(replaced.start if replaced else doc_place(tree, symbol))
    inner = indentation_of(source.line_text(line))
    comment = (source.line_end + inner).join(lines)
    if replaced is not None:
        return Edit(replaced, comment)
    start = source.line_starts[line]
    return Edit(Span(start, start), inner + comment + source.line_end)


def _closed(line: str) -> str:
    """A line that may stand before three quotes: a quote at its end would join them."""
    return line + " " if line.endswith('"') else line
