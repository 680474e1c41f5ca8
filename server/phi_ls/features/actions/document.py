"""Documentation for a definition: written by the model, put into the file's convention, checked against the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.context import file_name
from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, Refused, attempt
from phi_ls.features.actions.place import shown, symbol_for
from phi_ls.features.documentation import documentation_edit, documentation_text, read, render, style_of, width_at
from phi_ls.features.trust import documents_only, speaks_of
from phi_ls.inference.schedule import Account
from phi_ls.prompt import DocumentRequest, Prompt

if TYPE_CHECKING:
    from phi_ls.features.actions.results import Edited, Preview
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.syntax import Symbol, Tree
    from phi_ls.text import Edit, Source, Span

UNFINISHED = ("length", "repetition")
"""How a generation ends that did not come to an end by itself."""
TYPES = ("class", "struct", "interface", "trait", "type", "enum", "constant", "namespace")


async def document(assistant: Assistant, source: Source, span: Span, report: Report) -> Edited | Preview:
    """Write the documentation of the symbol at `span` in the way of its file.

    Raises `UsageError` where there is nothing to document, `GenerationFailed` when the model writes nothing.
    """
    await assistant.supervisor.client()
    tree, symbol = assistant.tree(source), symbol_for(assistant, source, span)
    if tree is None or symbol is None or not tree.language.doc_style or not _can_be_documented(tree, symbol):
        raise UsageError("wanted a function or a class to document, found none here; stand on its name or in its body")
    style = style_of(tree)

    def prompt(characters: int) -> Prompt:
        bare, code_span = _without_doc(source, symbol)
        code = bare if len(bare) <= characters else shown(assistant, source, code_span, characters).text
        request = DocumentRequest(
            path=file_name(source.uri),
            language=source.language,
            fence=tree.language.fence,
            code=code,
            signature=symbol.signature,
            name=symbol.name,
            style=tree.language.doc_style,
            sign=tree.language.doc_sign,
            convention=style.value,
        )
        return assistant.profile.document(request)

    def judge(raw: str) -> tuple[Edit, ...] | Refused:
        if account.finish_reason in UNFINISHED and not raw.rstrip().endswith((".", "!", "?")):
            return Refused(documentation_text(raw), "ends in the middle of a sentence")
        return judged(tree, symbol, raw)

    account = Account()
    asked = Asked(prompt, account, report)
    return await attempt(assistant, f"Document {symbol.name}", source, asked, judge)


def judged(tree: Tree, symbol: Symbol, raw: str) -> tuple[Edit, ...] | Refused:
    """The edit that an answer comes to, or why it cannot be trusted. Raises `GenerationFailed` for an empty answer."""
    text = documentation_text(_before_code(raw, symbol))
    if not text:
        raise GenerationFailed(f"the model wrote no documentation for {symbol.name}; nothing was changed")
    documentation = read(text)
    reason = speaks_of(documentation, symbol, tree)
    if reason:
        return Refused(text, reason)
    lines = render(
        documentation,
        style_of(tree),
        name=symbol.name,
        is_type=symbol.kind in TYPES,
        width=width_at(tree, symbol),
    )
    edit = documentation_edit(tree, symbol, lines)
    reason = documents_only(tree.source, symbol, edit)
    return Refused(text, reason) if reason else (edit,)


def _can_be_documented(tree: Tree, symbol: Symbol) -> bool:
    """Whether the language has a place for it: a docstring needs a body."""
    return symbol.body is not None or tree.language.doc_style != "docstring"


def _before_code(raw: str, symbol: Symbol) -> str:
    """The answer up to where it goes on with the code itself, as answers in line comments do."""
    first = symbol.signature.splitlines()[0].strip() if symbol.signature else ""
    lines = raw.splitlines()
    for number, line in enumerate(lines):
        if number and len(first) > 3 and line.strip().startswith(first):
            return "\n".join(lines[:number])
    return raw


def _without_doc(source: Source, symbol: Symbol) -> tuple[str, Span]:
    """The symbol's code without the documentation that is to be replaced, and where it stands."""
    code = source.text[symbol.span.start : symbol.span.end]
    doc = symbol.doc
    if doc is None or doc.start < symbol.span.start or doc.end > symbol.span.end:
        return code, symbol.span
    after = source.text[doc.end : symbol.span.end].lstrip()
    return source.text[symbol.span.start : doc.start] + after, symbol.span
