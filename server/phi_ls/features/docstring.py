"""Where a documentation text goes, and in which clothes. Pure.

The edit leaves every other line as it is; `phi_ls.features.actions` parses the result before it is offered.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from phi_ls.text import Edit, Source, Span, indentation_of

if TYPE_CHECKING:
    from phi_ls.syntax import Language, Symbol

WIDTH = 96
INDENT = "    "


def docstring_edit(source: Source, symbol: Symbol, text: str, language: Language) -> Edit:
    """The edit that gives `symbol` the documentation `text`, replacing what it had."""
    if language.doc_style == "docstring":
        return _python(source, symbol, text)
    return _block_comment(source, symbol, text)


def _python(source: Source, symbol: Symbol, text: str) -> Edit:
    outer = indentation_of(source.line_text(source.line_at(symbol.name_span.start)))
    body = symbol.body.start if symbol.body else symbol.span.end
    first = symbol.doc.start if symbol.doc else body
    body_line = source.line_text(source.line_at(first))
    own_line = (
        source.line_at(first) != source.line_at(symbol.name_span.start)
        and not body_line[: first - source.line_starts[source.line_at(first)]].strip()
    )
    inner = indentation_of(body_line) if own_line else outer + INDENT
    safe = text.replace("\\", "\\\\").replace('"""', "'''")
    paragraphs = _wrapped(safe, inner)
    quoted = '"""' + paragraphs[0] if len(paragraphs) > 1 else f'"""{_closed(paragraphs[0])}"""'
    if len(paragraphs) > 1:
        rest = [inner + line if line else "" for line in paragraphs[1:]]
        quoted = "\n".join([quoted, *rest, inner + '"""'])
    quoted = quoted.replace("\n", source.line_end)
    if symbol.doc is not None:
        return Edit(symbol.doc, quoted)
    if own_line:
        return Edit(Span(first, first), quoted + source.line_end + inner)
    return Edit(Span(first, first), source.line_end + inner + quoted + source.line_end + inner)


def _block_comment(source: Source, symbol: Symbol, text: str) -> Edit:
    line = source.line_at(symbol.span.start)
    start = source.line_starts[line]
    inner = indentation_of(source.line_text(line))
    paragraphs = _wrapped(text.replace("*/", "* /"), inner)
    if len(paragraphs) == 1:
        comment = f"/** {paragraphs[0]} */"
    else:
        body = [f"{inner} * {part}".rstrip() for part in paragraphs]
        comment = "\n".join(["/**", *body, f"{inner} */"])
    comment = comment.replace("\n", source.line_end)
    if symbol.doc is not None:
        return Edit(symbol.doc, comment)
    return Edit(Span(start, start), inner + comment + source.line_end)


def _wrapped(text: str, indentation: str) -> list[str]:
    """The lines of a text, its first line kept short, paragraphs apart by one empty line."""
    width = WIDTH - len(indentation.expandtabs(4))
    lines: list[str] = []
    for paragraph in text.strip().split("\n\n"):
        if lines:
            lines.append("")
        lines += [part for line in paragraph.splitlines() for part in textwrap.wrap(line.strip(), width) or [""]]
    return lines or [""]


def _closed(line: str) -> str:
    """A line that may stand before three quotes: a quote at its end would join them."""
    return line + " " if line.endswith('"') else line
