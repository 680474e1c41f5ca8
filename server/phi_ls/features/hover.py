"""What a hover shows without asking a model: the symbol, its documentation, an explanation that is already there."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.settings import BackendName, HoverMode
from phi_ls.syntax import Symbol, Tree, fence_of, kind_at, references, symbol_at, symbols
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant

MOST_CHARACTERS = 2_000_000
"""How much text of other open files is searched for uses."""

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Uses:
    """How often a name stands in this file, its definition included, and in how many other open files how often."""

    here: int
    elsewhere: int
    files: int


@dataclass(frozen=True)
class HoverCard:
    """A symbol as a hover shows it. `label` says which model wrote the explanation, "" when there is none."""

    span: Span
    """The word under the cursor."""
    symbol: Symbol
    source: Source
    """The document that defines the symbol."""
    line: int
    """The line of the definition, from 0."""
    uses: Uses
    fence: str
    explanation: str | None
    label: str
    symbol_key: str
    cell: int = 0
    """The cell of a notebook that defines the symbol, from 1; 0 where it is no cell."""


def hover(assistant: Assistant, source: Source, offset: int) -> HoverCard | None:
    """The card for the symbol at `offset`; None when there is none, or hovers are off. Takes a few ms."""
    settings = assistant.settings
    if not settings.enable or settings.hover.mode is HoverMode.OFF:
        return None
    tree = assistant.tree(source)
    if tree is None:
        return None
    symbol, defined = symbol_at(tree, offset), source
    if symbol is None:
        found = _defined_elsewhere(assistant, tree, offset)
        if found is None:
            return None
        symbol, defined = found
    key = explanation_key(assistant, defined, symbol)
    explanation = assistant.explanation(key)
    return HoverCard(
        span=word_at(source, offset),
        symbol=symbol,
        source=defined,
        line=defined.line_at(symbol.name_span.start),
        uses=_uses(assistant, tree, symbol.name),
        fence=fence_of(source.language),
        explanation=explanation,
        label=model_label(assistant) if explanation else "",
        symbol_key=key,
    )


def explanation_key(assistant: Assistant, source: Source, symbol: Symbol) -> str:
    """Names an explanation by what it was made from: code, what that calls, language, model, wording of the prompt."""
    candidate, tree = assistant.candidate, assistant.tree(source)
    made_from = "\0".join(
        (
            source.language,
            candidate.model if candidate else "",
            assistant.profile.version,
            source.text[symbol.span.start : symbol.span.end],
            *(calls_of(tree, symbol) if tree else ()),
        )
    )
    return hashlib.sha256(made_from.encode("utf-8", "replace")).hexdigest()[:32]


def calls_of(tree: Tree, symbol: Symbol) -> tuple[str, ...]:
    """The signatures of what a symbol's code names and the same file defines: they say what the code means."""
    words = set(_WORD.findall(tree.source.text, symbol.span.start, symbol.span.end)) - {symbol.name}
    inside = range(symbol.span.start, symbol.span.end)
    found = (
        one.signature
        for one in symbols(tree)
        if one.name in words and one.span.start not in inside and one.name not in symbol.container
    )
    return tuple(dict.fromkeys(signature for signature in found if signature))


def model_label(assistant: Assistant) -> str:
    """Who is speaking, for the foot of an explanation."""
    status = assistant.status
    if status.starter:
        return status.message
    if status.backend == BackendName.REMOTE.value:
        return f"{status.model}, asked over the network"
    what = " on ".join(dict.fromkeys((status.model, status.backend)))
    return f"{what}, on this machine"


def word_at(source: Source, offset: int) -> Span:
    """The identifier around `offset`, empty when there is none."""
    start = end = offset
    while start > 0 and _is_word(source.text[start - 1]):
        start -= 1
    while end < len(source.text) and _is_word(source.text[end]):
        end += 1
    return Span(start, end)


def _defined_elsewhere(assistant: Assistant, tree: Tree, offset: int) -> tuple[Symbol, Source] | None:
    """The definition of the name at `offset` in another open file of the language that was parsed already."""
    word = word_at(tree.source, offset)
    name = tree.source.text[word.start : word.end]
    if not _WORD.fullmatch(name) or kind_at(tree, offset) != "code":
        return None
    for other in assistant.known_trees():
        if other.source.uri == tree.source.uri or other.language.id != tree.language.id:
            continue
        for symbol in symbols(other):
            if symbol.name == name and not symbol.container and symbol.kind != "implementation":
                return symbol, other.source
    return None


def _uses(assistant: Assistant, tree: Tree, name: str) -> Uses:
    elsewhere = files = 0
    room = MOST_CHARACTERS
    pattern = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])")
    for source in assistant.open_sources():
        if source.uri == tree.source.uri or source.language != tree.source.language:
            continue
        room -= len(source.text)
        if room < 0:
            break
        found = sum(1 for _ in pattern.finditer(source.text))
        elsewhere, files = elsewhere + found, files + (found > 0)
    return Uses(references(tree, name), elsewhere, files)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"
