"""What a hover shows without asking a model: the symbol, its documentation, an explanation that is already there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.settings import HoverMode
from phi_ls.syntax import Symbol, fence_of, symbol_at
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant


@dataclass(frozen=True)
class HoverCard:
    """A symbol as a hover shows it. `label` says which model wrote the explanation, "" when there is none."""

    span: Span
    """The word under the cursor."""
    symbol_span: Span
    kind: str
    name: str
    signature: str
    fence: str
    docstring: str
    explanation: str | None
    label: str
    symbol_key: str


def hover(assistant: Assistant, source: Source, offset: int) -> HoverCard | None:
    """The card for the symbol at `offset`; None when there is none, or hovers are off. Takes a few ms."""
    settings = assistant.settings
    if not settings.enable or settings.hover.mode is HoverMode.OFF:
        return None
    tree = assistant.tree(source)
    symbol = symbol_at(tree, offset) if tree else None
    if symbol is None:
        return None
    key = explanation_key(assistant, source, symbol)
    explanation = assistant.explanation(key)
    return HoverCard(
        span=word_at(source, offset),
        symbol_span=symbol.span,
        kind=symbol.kind,
        name=symbol.name,
        signature=symbol.signature,
        fence=fence_of(source.language),
        docstring=symbol.docstring,
        explanation=explanation,
        label=model_label(assistant) if explanation else "",
        symbol_key=key,
    )


def explanation_key(assistant: Assistant, source: Source, symbol: Symbol) -> str:
    """Names an explanation by what it was made from: code, language, model and the wording of the prompt."""
    candidate = assistant.candidate
    made_from = "\0".join(
        (
            source.language,
            candidate.model if candidate else "",
            assistant.profile.version,
            source.text[symbol.span.start : symbol.span.end],
        )
    )
    return hashlib.sha256(made_from.encode("utf-8", "replace")).hexdigest()[:32]


def model_label(assistant: Assistant) -> str:
    """Who is speaking, for the foot of an explanation."""
    status = assistant.status
    if status.starter:
        return status.message
    return f"{status.model} on {status.backend}, on this machine"


def word_at(source: Source, offset: int) -> Span:
    """The identifier around `offset`, empty when there is none."""
    start = end = offset
    while start > 0 and _is_word(source.text[start - 1]):
        start -= 1
    while end < len(source.text) and _is_word(source.text[end]):
        end += 1
    return Span(start, end)


def _is_word(character: str) -> bool:
    return character.isalnum() or character in "_$"
