"""Actions that users define in their settings: a title, a prompt with variables, and what comes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, Refused, attempted, code_in, generate, preview
from phi_ls.features.actions.heading import titled
from phi_ls.features.actions.place import (
    Place,
    indented,
    lines_for,
    shown,
    symbol_for,
    task_request,
    unindented,
)
from phi_ls.features.actions.results import Answer, Created, Edited, Preview, Result
from phi_ls.features.actions.write_tests import path_of
from phi_ls.features.hover import model_label
from phi_ls.features.trust import UNREADABLE, compiles, keeps_names, minimal
from phi_ls.inference.schedule import Account
from phi_ls.settings import OwnAction, OwnResult
from phi_ls.syntax import language_of, parse
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt

NEW_TOKENS = 512


async def own(assistant: Assistant, action: OwnAction, place: Place, report: Report) -> Result:
    """Do an action of the user's. Edits are trusted as those of a refactoring are, new files when they can be read."""
    source = place.source
    span = lines_for(assistant, place)
    code, indentation = unindented(source.text[span.start : span.end].replace("\r\n", "\n"))
    account = Account()
    wants_code = action.result is not OwnResult.ANSWER
    note = ""

    def prompt(characters: int) -> Prompt:
        nonlocal note
        fitting = shown(assistant, source, span, characters)
        note = fitting.note
        whole = code if len(code) <= characters else fitting.text
        told = filled(assistant, action, place, whole)
        return assistant.profile.task(task_request(place, "ownCode" if wants_code else "ownAnswer", instruction=told))

    asked = Asked(prompt, account, report, NEW_TOKENS)
    if not wants_code:
        text = (await generate(assistant, asked)).strip()
        if not text:
            raise GenerationFailed(f"the model had nothing to say for {action.title}")
        foot = f"*{note}*\n\n" if note else ""
        markdown = f"{titled(action.title)}{text}\n\n---\n{foot}*{model_label(assistant)}*\n"
        return Answer(action.title, markdown, account, plain=text)

    def judge(raw: str) -> tuple[Edit, ...] | str | Refused:
        text = code_in(raw)
        if not text:
            raise GenerationFailed(f"the model wrote no code for {action.title}; nothing was changed")
        return _judged(action, source, span, indented(text, indentation).replace("\n", source.line_end))

    verdict: tuple[Edit, ...] | str | Refused = await attempted(assistant, asked, judge)
    if isinstance(verdict, str):
        path = path_of(source.uri)
        target = path.parent / action.file if path is not None else None
        if target is not None and not target.exists():
            return Created(action.title, target, verdict, account)
        why = (
            f"would replace {action.file}, which is there already" if target else "belongs beside a file that is saved"
        )
        verdict = Refused(verdict, why)
    if isinstance(verdict, Refused):
        return Preview(action.title, preview(action.title, verdict, source.language), verdict.reason, account)
    return Edited(action.title, source, verdict, "".join(edit.text for edit in verdict), account)


def filled(assistant: Assistant, action: OwnAction, place: Place, code: str) -> str:
    """The prompt of an action with its variables filled in; values are never searched for variables again."""
    source = place.source
    symbol = symbol_for(assistant, source, place.span)
    values = {
        "selection": code.strip("\n"),
        "file": place.path,
        "language": source.language,
        "symbol": symbol.name if symbol else "",
        "signature": symbol.signature if symbol else "",
        "problems": "\n".join(place.problems),
    }
    return action.filled(values)


def _judged(action: OwnAction, source: Source, span: Span, text: str) -> tuple[Edit, ...] | str | Refused:
    match action.result:
        case OwnResult.EDIT:
            edits = minimal(source, Edit(span, text.removesuffix(source.line_end)))
            reason = keeps_names(source, edits)
            return Refused(text, reason) if reason else edits
        case OwnResult.INSERT:
            inserted = (Edit(Span(span.end, span.end), source.line_end + text.removesuffix(source.line_end)),)
            reason = keeps_names(source, inserted)
            return Refused(text, reason) if reason else inserted
        case _:
            if not action.file:
                raise UsageError(f"wanted the name of the new file in the setting of {action.title}, found none")
            written = Source(action.file, language_of(action.file), 0, text)
            reason = compiles(written) if parse(written) is not None else ""
            return Refused(text, reason) if reason and reason != UNREADABLE else text
