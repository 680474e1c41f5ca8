"""Explanations: of code, of a problem in it, of a whole file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.context import file_name
from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, generate
from phi_ls.features.actions.heading import explanation_of, of_code, of_problems, titled
from phi_ls.features.actions.place import Place, shown, symbol_for, task_request
from phi_ls.features.actions.results import Answer
from phi_ls.features.hover import calls_of, explanation_key, model_label
from phi_ls.inference.schedule import Account, Rank
from phi_ls.prompt import ExplainRequest
from phi_ls.syntax import fence_of, symbols
from phi_ls.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt
    from phi_ls.syntax import Symbol
    from phi_ls.text import Source

PARTS = 24
"""The most definitions of a file that are explained one by one before they are put together."""
LINES_AROUND = 12
"""What is shown around a problem that stands in no definition."""


async def explain(assistant: Assistant, source: Source, span: Span, report: Report) -> Answer:
    """Explain the selected code, or the symbol at an empty selection; the explanation is kept for hovers."""
    await assistant.supervisor.client()  # the model decides the wording and the room
    symbol = symbol_for(assistant, source, span)
    code_span = span if len(span) or symbol is None else symbol.span
    if not source.text[code_span.start : code_span.end].strip():
        raise UsageError("wanted code to explain, found an empty line; select some or stand on a name")
    account = Account()
    text, note = await _explained(assistant, source, code_span, symbol, account, report)
    if not text:
        raise GenerationFailed("the model had nothing to say about this code; try a smaller selection")
    if symbol is not None and (not len(span) or span == symbol.span):
        assistant.keep_explanation(explanation_key(assistant, source, symbol), text)
    return _answer(assistant, source, symbol, text, note, account)


def kept_explanation(assistant: Assistant, source: Source, span: Span) -> Answer | None:
    """The explanation of the symbol at `span` as it is kept for hovers; None when there is none. Asks no model."""
    symbol = symbol_for(assistant, source, span)
    text = assistant.explanation(explanation_key(assistant, source, symbol)) if symbol is not None else None
    return _answer(assistant, source, symbol, text, "", Account()) if text else None


async def explain_symbol(assistant: Assistant, source: Source, symbol: Symbol, rank: Rank) -> str:
    """The explanation of a symbol, from what is kept or by the model, which is then kept; "" when it says nothing."""
    await assistant.supervisor.client()
    key = explanation_key(assistant, source, symbol)
    known = assistant.explanation(key)
    if known is not None:
        return known
    text, _note = await _explained(assistant, source, symbol.span, symbol, Account(), _unheard, rank)
    if text:
        assistant.keep_explanation(key, text)
    return text


async def explain_error(assistant: Assistant, place: Place, report: Report) -> Answer:
    """Explain the problems at a place, with the code around them."""
    source = place.source
    if not place.problems:
        raise UsageError("wanted a problem to explain, found none here; stand on one that the editor underlines")
    symbol = symbol_for(assistant, source, place.span)
    span = symbol.span if symbol is not None else _around(source, place.span)
    account = Account()
    note = ""

    def prompt(characters: int) -> Prompt:
        nonlocal note
        code = shown(assistant, source, span, characters)
        note = code.note
        return assistant.profile.task(task_request(place, "explainError", code.text, symbol, problems=place.problems))

    text = (await generate(assistant, Asked(prompt, account, report))).strip()
    if not text:
        raise GenerationFailed("the model had nothing to say about this problem")
    markdown = f"{of_problems(place)}{text}\n\n{_foot(assistant, note)}"
    return Answer("Explanation of a problem", markdown, account)


async def explain_file(assistant: Assistant, place: Place, report: Report) -> Answer:
    """Explain a file: first each of its definitions, as for a hover, then all of them together."""
    source, path = place.source, place.path
    await assistant.supervisor.client()
    tree = assistant.tree(source)
    outer = [one for one in symbols(tree) if not one.container and one.kind != "constant"] if tree else []
    if not outer:
        return await explain(assistant, source, Span(0, len(source.text)), report)
    told: list[str] = []
    for number, symbol in enumerate(outer[:PARTS], 1):
        report(f"{number} of {min(len(outer), PARTS)}: {symbol.name}")
        said = await explain_symbol(assistant, source, symbol, Rank.ACTION)
        told.append(f"- `{symbol.signature.splitlines()[0]}`: {' '.join(said.split())}")
    account, text = Account(), ""
    if "explainFile" in assistant.profile.tasks:

        def prompt(characters: int) -> Prompt:
            each = max(characters // len(told), 80)
            material = f"{path}:\n" + "\n".join(line[:each] for line in told)
            return assistant.profile.task(task_request(place, "explainFile", name=path, material=material))

        text = (await generate(assistant, Asked(prompt, account, report))).strip() + "\n\n"
    left = len(outer) - len(told)
    note = f"{left} more definitions were left out." if left > 0 else ""
    parts = "\n".join(told)
    return Answer(f"Explanation of {path}", f"{titled(path)}{text}{parts}\n\n{_foot(assistant, note)}", account)


async def _explained(
    assistant: Assistant,
    source: Source,
    span: Span,
    symbol: Symbol | None,
    account: Account,
    report: Report,
    rank: Rank = Rank.ACTION,
) -> tuple[str, str]:
    """The explanation of a span, and what was left out of it."""
    note = ""

    def prompt(characters: int) -> Prompt:
        nonlocal note
        code = shown(assistant, source, span, characters)
        note = code.note
        tree = assistant.tree(source)
        return assistant.profile.explain(
            ExplainRequest(
                path=file_name(source.uri),
                language=source.language,
                fence=fence_of(source.language),
                code=code.text,
                signature=symbol.signature if symbol else "",
                name=symbol.name if symbol else "selection",
                calls=calls_of(tree, symbol) if tree and symbol else (),
            )
        )

    text = await generate(assistant, Asked(prompt, account, report, rank=rank))
    return text.strip(), note


def _answer(
    assistant: Assistant, source: Source, symbol: Symbol | None, text: str, note: str, account: Account
) -> Answer:
    markdown = f"{of_code(symbol, source.language)}{text}\n\n{_foot(assistant, note)}"
    return Answer(explanation_of(symbol), markdown, account)


def _around(source: Source, span: Span) -> Span:
    line = source.line_at(span.start)
    first = source.line_starts[max(line - LINES_AROUND, 0)]
    last = source.line_starts[min(line + LINES_AROUND, len(source.line_starts) - 1)]
    return Span(start_of_line(source.text, first), end_of_line(source.text, last))


def _foot(assistant: Assistant, note: str) -> str:
    said = f"*{note}*\n\n" if note else ""
    return f"---\n{said}*{model_label(assistant)}*\n"


def _unheard(_text: str) -> None:
    """Nobody watches this text grow."""
