"""What the palette, the light bulb and `phi-ls act` can ask for: explain and document.

An edit is parsed before it is offered: it adds no syntax error and leaves every symbol where it was.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from phi_ls.errors import GenerationFailed, PromptTooLong, UsageError
from phi_ls.features.docstring import docstring_edit
from phi_ls.features.hover import explanation_key, model_label
from phi_ls.inference.schedule import Account, Rank
from phi_ls.prompt import DocumentRequest, ExplainRequest, Prompt
from phi_ls.syntax import Symbol, enclosing, errors_in, fence_of, language, parse, symbol_at, symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.assistant import Assistant
    from phi_ls.text import Edit, Source, Span

NEW_TOKENS = 256
SHARE_OF_WINDOW = 0.9
"""How much of the budget the code of a request may take; the rest is the wording of the prompt."""


@dataclass(frozen=True)
class Action:
    """One row of the table of actions. `kind` is what comes out."""

    id: str
    title: str
    kind: Literal["answer", "edit"]


ACTIONS: tuple[Action, ...] = (
    Action("explain", "Explain with phi-ls", "answer"),
    Action("document", "Document with phi-ls", "edit"),
)


@dataclass(frozen=True)
class Answer:
    """A text for the user to read, in Markdown."""

    title: str
    markdown: str
    account: Account = field(default_factory=Account)


@dataclass(frozen=True)
class Edited:
    """Edits to one version of one document, and the text of the answer, which is kept when they cannot be applied."""

    title: str
    source: Source
    edits: tuple[Edit, ...]
    answer: str
    account: Account = field(default_factory=Account)


def available(assistant: Assistant, source: Source, span: Span, *, only_named: bool = False) -> tuple[Action, ...]:
    """The actions that have something to work on, found without the model.

    With `only_named`, an empty span counts only on a definition's own name: a light bulb must not follow the cursor.
    """
    if not assistant.settings.enable:
        return ()
    symbol = _symbol(assistant, source, span)
    selected = bool(source.text[span.start : span.end].strip())
    if only_named and not selected:
        named = symbol is not None and symbol.name_span.start <= span.start <= symbol.name_span.end
        return ACTIONS if named else ()
    return tuple(action for action in ACTIONS if symbol is not None or (action.kind == "answer" and selected))


async def run(
    assistant: Assistant, action_id: str, source: Source, span: Span, report: Callable[[str], None]
) -> Answer | Edited:
    """Do one action on `span`; `report` is called with the text so far, as it grows.

    Raises `UsageError` for an unknown action or a span with nothing to work on, and what a generation raises.
    """
    match action_id:
        case "explain":
            return await explain(assistant, source, span, report)
        case "document":
            return await document(assistant, source, span, report)
        case _:
            known = ", ".join(action.id for action in ACTIONS)
            raise UsageError(f"wanted an action ({known}), found {action_id!r}")


async def explain(assistant: Assistant, source: Source, span: Span, report: Callable[[str], None]) -> Answer:
    """Explain the selected code, or the symbol at an empty selection; the explanation is kept for hovers."""
    await assistant.supervisor.client()  # the model decides the wording and the room
    symbol = _symbol(assistant, source, span)
    account = Account()
    code_span = span if len(span) or symbol is None else symbol.span
    if not source.text[code_span.start : code_span.end].strip():
        raise UsageError("wanted code to explain, found an empty line; select some or stand on a name")
    name = symbol.name if symbol else "selection"
    signature = symbol.signature if symbol else ""

    def prompt(characters: int) -> Prompt:
        code = _fitting(source.text[code_span.start : code_span.end], characters)
        request = ExplainRequest(
            path=_path(source),
            language=source.language,
            fence=fence_of(source.language),
            code=code,
            signature=signature,
            name=name,
        )
        return assistant.profile.explain(request)

    text = (await _generate(assistant, prompt, account, report)).strip()
    if not text:
        raise GenerationFailed("the model had nothing to say about this code; try a smaller selection")
    if symbol is not None and (not len(span) or span == symbol.span):
        assistant.keep_explanation(explanation_key(assistant, source, symbol), text)
    heading = f"# `{name}`\n\n" if symbol else "# Selection\n\n"
    shown = f"```{fence_of(source.language)}\n{signature}\n```\n\n" if signature else ""
    markdown = f"{heading}{shown}{text}\n\n---\n*{model_label(assistant)}*\n"
    return Answer(f"Explanation of {name}", markdown, account)


async def document(assistant: Assistant, source: Source, span: Span, report: Callable[[str], None]) -> Edited:
    """Write the documentation of the symbol at `span` in the way of its language."""
    await assistant.supervisor.client()
    row = language(source.language)
    symbol = _symbol(assistant, source, span)
    if row is None or symbol is None:
        raise UsageError("wanted a function or a class to document, found none here; stand on its name or in its body")
    account = Account()

    def prompt(characters: int) -> Prompt:
        request = DocumentRequest(
            path=_path(source),
            language=source.language,
            fence=row.fence,
            code=_fitting(_without_doc(source, symbol), characters),
            signature=symbol.signature,
            name=symbol.name,
            style=row.doc_style,
        )
        return assistant.profile.document(request)

    answer = documentation_text(await _generate(assistant, prompt, account, report))
    if not answer:
        raise GenerationFailed(f"the model wrote no documentation for {symbol.name}; nothing was changed")
    edit = docstring_edit(source, symbol, answer, row)
    problem = _harm(source, edit)
    if problem:
        raise GenerationFailed(f"the documentation would {problem}, so it was not applied. It reads: {answer}")
    return Edited(f"Document {symbol.name}", source, (edit,), answer, account)


def documentation_text(raw: str) -> str:
    """The bare text of a documentation that a model wrote: no fences, quotes, comment marks or repeated signature."""
    text = re.sub(r"(?m)^\s*```\w*\s*$", "", raw).strip()
    quoted = re.search(r'"""(.*?)("""|\Z)', text, re.DOTALL) or re.search(r"/\*\*(.*?)(\*/|\Z)", text, re.DOTALL)
    if quoted:
        text = quoted.group(1)
    lines = [re.sub(r"^\s*\*\s?", "", line).rstrip() for line in text.strip().splitlines()]
    return "\n".join(lines).strip().strip('"').strip()


async def _generate(
    assistant: Assistant,
    prompt_of: Callable[[int], Prompt],
    account: Account,
    report: Callable[[str], None],
) -> str:
    for last_attempt in (False, True):
        budget = assistant.budget(NEW_TOKENS)
        prompt = prompt_of(budget.characters(SHARE_OF_WINDOW))
        assistant.last_prompt = prompt.as_text()
        try:
            text = await _stream(assistant, prompt, account, report)
        except PromptTooLong as error:
            assistant.learn_density(len(prompt.as_text()), error.found_tokens)
            if last_attempt:
                raise
            continue
        return text
    return ""


async def _stream(assistant: Assistant, prompt: Prompt, account: Account, report: Callable[[str], None]) -> str:
    text = ""
    stream = assistant.scheduler.generate(
        Rank.ACTION, prompt.parts, max_tokens=NEW_TOKENS, stop=prompt.stop, account=account
    )
    assistant.changed()
    try:
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                text += piece.text
                report(text)
                if loops(text):
                    account.finish_reason = "repetition"
                    break
    finally:
        assistant.changed()
    return without_loop(text)


def loops(text: str) -> bool:
    """The last words have come three times in a row: a small model has lost its way."""
    return without_loop(text) != text


def without_loop(text: str) -> str:
    """The text up to the first repetition of a run of 2 to 8 words that comes three times in a row."""
    words = list(re.finditer(r"\S+\s*", text))
    for size in range(2, 9):
        if len(words) < 3 * size:
            break
        tail = [word.group().strip() for word in words[-3 * size :]]
        if tail[:size] == tail[size : 2 * size] == tail[2 * size :]:
            return text[: words[-2 * size].start()].rstrip()
    return text


def _symbol(assistant: Assistant, source: Source, span: Span) -> Symbol | None:
    """The symbol that a selection means: the one it covers, the one named there, or the one around it."""
    tree = assistant.tree(source)
    if tree is None:
        return None
    for symbol in symbols(tree):
        if len(span) and symbol.span.start >= span.start and symbol.span.end <= span.end:
            return symbol
    named = symbol_at(tree, span.start) if not len(span) else None
    around = enclosing(tree, span.start)
    return named or (around[-1] if around else None)


def _without_doc(source: Source, symbol: Symbol) -> str:
    """The symbol's code without the documentation that is to be replaced, when that stands inside of it."""
    code = source.text[symbol.span.start : symbol.span.end]
    doc = symbol.doc
    if doc is None or doc.start < symbol.span.start or doc.end > symbol.span.end:
        return code
    after = source.text[doc.end : symbol.span.end].lstrip()
    return source.text[symbol.span.start : doc.start] + after


def _harm(source: Source, edit: Edit) -> str:
    """What an edit would break, or ""."""
    changed = replace(source, text=edit.apply(source.text), version=-1)
    before, after = parse(source), parse(changed)
    if before is None or after is None:
        return ""
    if errors_in(after) > errors_in(before):
        return "add a syntax error"
    if [(s.kind, s.name) for s in symbols(after)] != [(s.kind, s.name) for s in symbols(before)]:
        return "change the structure of the file"
    return ""


def _fitting(code: str, characters: int) -> str:
    """The first lines of `code` that fit, and a mark where lines are left out."""
    if len(code) <= characters:
        return code
    kept = code[: max(characters - 4, 0)]
    return kept[: kept.rfind("\n") + 1] + "...\n"


def _path(source: Source) -> str:
    return source.uri.rsplit("/", 1)[-1]
