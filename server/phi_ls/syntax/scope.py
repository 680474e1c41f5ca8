"""Where an offset stands: in which definitions, in code or in a string, at the start of an empty block.

Half-written code is the normal case, and a grammar loses definitions then. So scopes are found by indentation from
the last line that says something, and the grammar or, failing that, a pattern of the language's row says which
lines define.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from phi_ls.syntax.symbols import Symbol, definitions_on
from phi_ls.syntax.tree import count_errors
from phi_ls.text import Span, end_of_line, indentation_of, start_of_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from phi_ls.syntax.tree import Tree

_STRETCH = 16_384
"""Characters that are searched at once on the way up."""


def enclosing(tree: Tree, offset: int) -> tuple[Symbol, ...]:
    """The definitions around `offset`, outermost first, also where they cannot be parsed for the moment.

    A definition begins with its first character. On an empty line the indentation before the cursor decides.
    """
    lines = _lines_around(tree, offset)
    found = [symbol for line in lines if (symbol := _defined_on(tree, line, offset)) is not None]
    if tree.language.block == "braces" and (
        not found or found[0].span.start >= start_of_line(tree.source.text, offset)
    ):
        found = max(found, _ancestors(tree, offset), key=len)  # several scopes can begin on one line
    names: list[str] = []
    chain: list[Symbol] = []
    for symbol in reversed(found):
        chain.append(replace(symbol, container=tuple(names)))
        names.append(symbol.name)
    return tuple(chain)


def kind_at(tree: Tree, offset: int) -> Literal["code", "string", "comment"]:
    """What a character typed at `offset` would belong to."""
    row = tree.language
    byte = tree.byte(offset)
    node = tree.root.descendant_for_byte_range(byte - 1, byte) if byte else None
    while node is not None:
        inside = node.start_byte < byte < node.end_byte
        if inside and node.type in row.interpolations:
            return "code"
        if node.type in row.comments and (inside or (node.start_byte < byte and _goes_on(tree, node))):
            return "comment"
        if inside and node.type in row.strings:
            return "string"
        node = node.parent
    return "string" if _quote_is_open(tree, offset) else "code"


def completion_shape(tree: Tree, offset: int) -> Literal["line", "block"]:
    """`block` where the cursor is alone on its line, in a block that holds at most documentation and comments."""
    text = tree.source.text
    line = Span(start_of_line(text, offset), end_of_line(text, offset))
    if text[line.start : line.end].strip():
        return "line"
    opener = _opener_above(tree, line.start)
    if opener is None or kind_at(tree, offset) != "code":
        return "line"
    below = _next_line(text, line.end)
    if below is not None and _width(below) > _width(opener):
        return "line"
    return "block"


def _lines_around(tree: Tree, offset: int) -> Iterator[Span]:
    """The line of `offset` if it says something, then those with less and less indentation on the way up."""
    text = tree.source.text
    start = start_of_line(text, offset)
    line = Span(start, end_of_line(text, offset))
    content = text[line.start : line.end]
    if content.strip():
        level = _width(content)
        yield line
    else:
        level = _width_of_blank_line(tree, line, offset)
    while level > 0 and start > 0:
        above = _less_indented(tree, start, level)
        if above is None:
            return
        yield above
        start, level = above.start, _width(text[above.start : above.end])


def _less_indented(tree: Tree, end: int, level: int) -> Span | None:
    """The last line of code before `end` that is indented by less than `level` columns and is no closing bracket."""
    text = tree.source.text
    blanks = f"{{0,{level - 1}}}"
    pattern = re.compile(rf"\n([ \t]{blanks})(?=[^\s)\]}}])")  # a literal start makes the search fast
    while end > 0:
        low = start_of_line(text, max(end - _STRETCH, 0))
        for match in reversed(list(pattern.finditer(text, max(low - 1, 0), end))):
            if _width(match.group(1)) < level and _is_code(tree, match.end()):
                return Span(match.start(1), end_of_line(text, match.end()))
        end = low
    first = Span(0, end_of_line(text, 0))
    content = text[: first.end]
    return (
        first if content.strip() and _width(content) < level and _is_code(tree, len(indentation_of(content))) else None
    )


def _is_code(tree: Tree, offset: int) -> bool:
    """Whether a line whose text begins at `offset` is neither the inside of a string nor a comment."""
    if offset not in tree.window:
        return True
    comment = tree.language.line_comment
    if comment and tree.source.text.startswith(comment, offset):
        return False
    return kind_at(tree, offset) == "code"


def _width_of_blank_line(tree: Tree, line: Span, offset: int) -> int:
    """The indentation that an empty line stands for: what is before the cursor, or what the line above asks for."""
    text = tree.source.text
    typed = len(text[line.start : offset].expandtabs(8))
    above = text[: line.start].rstrip()
    above_line = text[start_of_line(text, len(above)) : len(above)]
    if _opens_block(tree, above_line):
        return max(typed, _width(above_line) + 1)
    if tree.language.block == "indent":
        return typed
    return max(typed, _width(above_line))


def _defined_on(tree: Tree, line: Span, offset: int) -> Symbol | None:
    """The definition that begins on a line: as the grammar sees it, or as the line reads."""
    if line.start in tree.window:
        for symbol in definitions_on(tree, line):
            if symbol.kind != "constant" and symbol.span.start <= offset:
                return symbol
    content = tree.source.text[line.start : line.end]
    begin = line.start + len(indentation_of(content))
    for pattern in tree.language.definition_lines:
        match = pattern.match(content)
        if match and match.lastgroup and begin <= offset:
            kind = match.lastgroup
            return Symbol(
                kind=kind,
                name=match.group(kind),
                span=Span(begin, max(line.end, offset)),
                name_span=Span(line.start + match.start(kind), line.start + match.end(kind)),
                signature=content.strip().rstrip("{:").rstrip(),
                body=None,
                doc=None,
                docstring="",
                container=(),
            )
    return None


def _ancestors(tree: Tree, offset: int) -> list[Symbol]:
    """What the grammar has around `offset`, innermost first: for code that is not indented as it is nested."""
    node = tree.root.descendant_for_byte_range(tree.byte(offset), tree.byte(offset))
    starts: list[int] = []
    while node is not None:
        starts.append(tree.span(node).start)
        node = node.parent
    found: dict[Span, Symbol] = {}
    for start in dict.fromkeys(starts):
        for symbol in definitions_on(tree, Span(start, start + 1)):
            if symbol.kind != "constant" and offset in symbol.span:
                found[symbol.name_span] = symbol
    return sorted(found.values(), key=lambda symbol: symbol.span.start, reverse=True)


def _opener_above(tree: Tree, start: int) -> str | None:
    """The line that opens the block in which the line at `start` is the first, but for documentation and comments."""
    text = tree.source.text
    end = len(text[:start].rstrip())
    while end > 0:
        line = text[start_of_line(text, end) : end]
        if _opens_block(tree, line) and kind_at(tree, end) == "code":
            return line
        prose = _prose_ending_at(tree, end)
        if prose is None:
            return None
        end = len(text[: prose.start].rstrip())
    return None


def _prose_ending_at(tree: Tree, end: int) -> Span | None:
    """The comment, or the documentation string alone on its lines, that ends at `end`."""
    row = tree.language
    byte = tree.byte(end)
    node: Node | None = tree.root.descendant_for_byte_range(max(byte - 1, 0), byte)
    while node is not None and node.end_byte == byte:
        span = tree.span(node)
        if node.type in row.comments:
            return span
        if node.type in row.strings and node.child_count and row.doc_style == "docstring":
            before = tree.source.text[start_of_line(tree.source.text, span.start) : span.start]
            return None if before.strip() else span
        node = node.parent
    return None


def _opens_block(tree: Tree, line: str) -> bool:
    code = line.rstrip()
    match tree.language.block:
        case "indent":
            return code.endswith(":")
        case "braces":
            return code.endswith("{")
        case "free":
            return False


def _next_line(text: str, end: int) -> str | None:
    rest = text[end:]
    stripped = rest.lstrip()
    if not stripped:
        return None
    start = start_of_line(text, end + len(rest) - len(stripped))
    return text[start : end_of_line(text, start)]


def _goes_on(tree: Tree, comment: Node) -> bool:
    """Whether typing at the end of a comment adds to it: a line comment goes on, a block comment is closed."""
    line_comment = tree.language.line_comment.encode()
    return bool(line_comment) and tree.bytes.data.startswith(line_comment, comment.start_byte)


def _quote_is_open(tree: Tree, offset: int) -> bool:
    """Whether a quote before `offset` has no end on its line: the grammar sees an error there, not a string."""
    text = tree.source.text
    start = start_of_line(text, offset)
    if not tree.root.has_error or not count_errors(tree.root, tree.byte(start), tree.byte(end_of_line(text, offset))):
        return False
    quote, characters = "", iter(text[start:offset])
    for character in characters:
        if character == "\\":
            next(characters, "")
        elif character == quote:
            quote = ""
        elif not quote and character in "\"'`":
            quote = character
    return bool(quote)


def _width(line: str) -> int:
    return len(indentation_of(line).expandtabs(8))
