"""What a file defines, where its names are used, and what it imports."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tree_sitter import QueryCursor

from phi_ls.syntax.bounded import parse_bytes
from phi_ls.syntax.docs import comment_before
from phi_ls.syntax.grammar import Grammar, grammar_of
from phi_ls.syntax.offsets import ByteMap
from phi_ls.text import Span, indentation_of, start_of_line

if TYPE_CHECKING:
    from tree_sitter import Node

    from phi_ls.syntax.languages import Language
    from phi_ls.syntax.tree import Tree

IMPORTS_UP_TO = 16_384
"""Imports are looked for in so many characters from the start of the file."""
SIGNATURE_CHARACTERS = 400

_STRING = re.compile(r"""^[A-Za-z]{0,2}(\"{3}|'{3}|["'])(.*?)(?:\1)?$""", re.DOTALL)


@dataclass(frozen=True)
class Symbol:
    """One definition.

    `kind` is the word behind `@definition.` in the language's query: class, struct, function, method, constant,
    interface, trait, type, enum, namespace, macro; `implementation` is what a type gets elsewhere (Rust's `impl`).
    `signature` is the source up to the body, without what opens the body. `doc` is the documentation as it stands in
    the file, `docstring` its plain text. `container` names the definitions around it, outermost first.
    """

    kind: str
    name: str
    span: Span
    name_span: Span
    signature: str
    body: Span | None
    doc: Span | None
    docstring: str
    container: tuple[str, ...]


def symbols(tree: Tree) -> tuple[Symbol, ...]:
    """All definitions of a tree that have a name by now, by where they start; found once per tree."""
    found = _found.get(tree)
    if found is None:
        found = _with_containers([symbol for symbol in _definitions(tree) if symbol.name])
        _found[tree] = found
    return found


def symbol_at(tree: Tree, offset: int) -> Symbol | None:
    """The definition in this file of the name at `offset`, where it is defined or used; None when there is none.

    Of several definitions of one name the nearest enclosing scope wins, then the last one before the name.
    """
    node = _identifier_at(tree, offset)
    if node is None:
        return None
    span = tree.span(node)
    name = _text(tree, span)
    candidates = [symbol for symbol in symbols(tree) if symbol.name == name and symbol.kind != "implementation"]
    own = [symbol for symbol in candidates if symbol.name_span == span]
    if own or not candidates:
        return own[0] if own else None
    around = tuple(symbol.name for symbol in symbols(tree) if offset in symbol.span)

    def nearness(symbol: Symbol) -> tuple[bool, int, bool, int]:
        visible = symbol.container == around[: len(symbol.container)]
        return visible, len(symbol.container) if visible else 0, symbol.span.start <= offset, symbol.span.start

    return max(candidates, key=nearness)


def references(tree: Tree, name: str) -> int:
    """How often `name` stands in the file as an identifier, its definitions included."""
    text = tree.source.text
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    starts = (match.start() for match in pattern.finditer(text, tree.window.start, tree.window.end))
    return sum(_identifier_at(tree, start) is not None for start in starts)


def imports(tree: Tree) -> tuple[Span, ...]:
    """The import statements at the top level, in the first part of the file."""
    text = tree.source.text
    end = len(text) if len(text) <= IMPORTS_UP_TO else start_of_line(text, IMPORTS_UP_TO)
    if tree.window.start > 0:
        return _imports_of_head(tree.language, text[:end])
    return _imports(tree.root, tree.grammar, tree.bytes, end)


def definitions_on(tree: Tree, line: Span) -> list[Symbol]:
    """The definitions that start on a line, without their containers."""
    return [symbol for symbol in _definitions(tree, line) if symbol.span.start in line]


def plain_doc(raw: str) -> str:
    """The text of a documentation string or comment: no quotes, no comment signs, no common indentation."""
    string = _STRING.match(raw)
    if string:
        return inspect.cleandoc(string.group(2)).strip()
    if raw.startswith("/*"):
        lines = re.sub(r"^/\*+|\*+/$", "", raw).splitlines()
        return inspect.cleandoc("\n".join(re.sub(r"^\s*\*? ?", "", line) for line in lines)).strip()
    return "\n".join(re.sub(r"^\s*(?://+|#+) ?", "", line) for line in raw.splitlines()).strip()


_found: WeakKeyDictionary[Tree, tuple[Symbol, ...]] = WeakKeyDictionary()


@lru_cache(maxsize=8)
def _imports_of_head(row: Language, head: str) -> tuple[Span, ...]:
    """The imports of a file whose tree covers another part of it; the head changes seldom."""
    grammar = grammar_of(row)
    if grammar is None:
        return ()
    counted = ByteMap(head)
    parsed = parse_bytes(counted.data, grammar)
    return () if parsed is None else _imports(parsed.root_node, grammar, counted, len(head))


def _imports(root: Node, grammar: Grammar, counted: ByteMap, end: int) -> tuple[Span, ...]:
    cursor = QueryCursor(grammar.query)
    cursor.set_byte_range(0, counted.byte(min(end, len(counted.text))))
    cursor.set_max_start_depth(2)  # children of the root, or of an error that holds all there is
    found = [node for _, captures in cursor.matches(root) for node in captures.get("import", ())]
    return tuple(sorted(Span(counted.code_point(node.start_byte), counted.code_point(node.end_byte)) for node in found))


def _definitions(tree: Tree, within: Span | None = None) -> list[Symbol]:
    """Definitions in query order made unique: of two patterns that name the same word, the earlier one counts."""
    cursor = QueryCursor(tree.grammar.query)
    if within is not None:
        cursor.set_byte_range(tree.byte(within.start), tree.byte(within.end))
    best: dict[int, tuple[int, Symbol]] = {}
    for pattern, captures in cursor.matches(tree.root):
        kind = next((key for key in captures if key.startswith("definition.")), None)
        if kind is None:
            continue
        symbol = _symbol(tree, kind.removeprefix("definition."), captures[kind][0], captures)
        start = symbol.name_span.start
        known = best.get(start)
        if known is None or pattern < known[0] or (pattern == known[0] and known[1].doc is None):
            best[start] = pattern, symbol
    return sorted((symbol for _, symbol in best.values()), key=lambda symbol: (symbol.span.start, -symbol.span.end))


def _symbol(tree: Tree, kind: str, node: Node, captures: dict[str, list[Node]]) -> Symbol:
    name_span = tree.span(captures["name"][0])
    body = tree.span(captures["body"][0]) if "body" in captures else None
    doc = tree.span(captures["doc"][0]) if "doc" in captures else None
    if doc is None and tree.language.doc_style in ("block-comment", "line-comment"):
        doc = comment_before(tree, node)
    return Symbol(
        kind=kind,
        name=_text(tree, name_span),
        span=tree.span(node),
        name_span=name_span,
        signature=_signature(tree, node, body),
        body=body,
        doc=doc,
        docstring=plain_doc(_text(tree, doc)) if doc else "",
        container=(),
    )


def _with_containers(found: list[Symbol]) -> tuple[Symbol, ...]:
    result: list[Symbol] = []
    open_ones: list[Symbol] = []
    for symbol in found:
        while open_ones and open_ones[-1].span.end < symbol.span.end:
            open_ones.pop()
        result.append(replace(symbol, container=tuple(outer.name for outer in open_ones)))
        open_ones.append(symbol)
    return tuple(result)


def _signature(tree: Tree, node: Node, body: Span | None) -> str:
    span = tree.span(node)
    text = _text(tree, Span(span.start, body.start if body else span.end))
    if body is None:
        text = text.split("\n", 1)[0]
    indentation = indentation_of(tree.source.text[start_of_line(tree.source.text, span.start) : span.start])
    text = text.strip()[:SIGNATURE_CHARACTERS].replace("\n" + indentation, "\n")
    return text.removesuffix(":").rstrip(" ;{")


def _identifier_at(tree: Tree, offset: int) -> Node | None:
    """The identifier that covers `offset` or ends there."""
    byte = tree.byte(offset)
    for start in (byte, byte - 1):
        if start < 0:
            continue
        node = tree.root.named_descendant_for_byte_range(start, min(start + 1, tree.root.end_byte))
        if node is not None and node.type in tree.language.identifiers:
            return node
    return None


def _text(tree: Tree, span: Span) -> str:
    return tree.source.text[span.start : span.end]
