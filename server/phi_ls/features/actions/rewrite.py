"""Changes of code: types, fixes, simplifications, what the user says. Only what changes code reaches the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, Refused, attempt, code_in
from phi_ls.features.actions.place import Place, indented, lines_for, symbol_for, task_request, unindented
from phi_ls.features.trust import annotates_only, keeps_names, line_edits, minimal
from phi_ls.inference.schedule import Account
from phi_ls.text import Edit, Span

if TYPE_CHECKING:
    from phi_ls.features.actions.results import Edited, Preview
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt

MOST_NEW_TOKENS = 1024
TITLES = {
    "addTypes": "Add types to {name}",
    "fix": "Fix a problem in {name}",
    "simplify": "Simplify {name}",
    "refactor": "Change {name}",
}


async def rewrite(assistant: Assistant, task: str, place: Place, report: Report) -> Edited | Preview:
    """Do a task of `TITLES` on the lines of a place, or on the definition there.

    Raises `UsageError` for code that does not fit the model's window twice: it is shown, and written again.
    """
    source = place.source
    if task == "fix" and not place.problems:
        raise UsageError("wanted a problem to fix, found none here; stand on one that the editor underlines")
    if task == "refactor" and not place.instruction.strip():
        raise UsageError("wanted an instruction that says what to change, found none")
    span = _span(assistant, task, place)
    code, indentation = unindented(source.text[span.start : span.end].replace("\r\n", "\n"))
    new_tokens = _room(assistant, code)
    symbol = symbol_for(assistant, source, place.span)
    name = symbol.name if symbol is not None else "the selection"

    def prompt(_characters: int) -> Prompt:
        problems = place.problems if task == "fix" else ()
        instruction = place.instruction if task == "refactor" else ""
        return assistant.profile.task(
            task_request(place, task, code, symbol, name=name, problems=problems, instruction=instruction)
        )

    def judge(raw: str) -> tuple[Edit, ...] | Refused:
        written = code_in(raw)
        if not written:
            raise GenerationFailed("the model wrote no code; nothing was changed")
        text = indented(written.removesuffix("\n"), indentation).replace("\n", source.line_end)
        return judged(task, place, Edit(span, text))

    asked = Asked(prompt, Account(), report, new_tokens)
    return await attempt(assistant, TITLES[task].format(name=name), source, asked, judge)


def judged(task: str, place: Place, edit: Edit) -> tuple[Edit, ...] | Refused:
    """The smallest edits that make the change, or why it cannot be trusted."""
    if task == "addTypes":
        edits = line_edits(place.source, edit)
        reason = annotates_only(place.source, edits) if edits else "would change nothing in the code"
    else:
        edits = minimal(place.source, edit)
        reason = keeps_names(place.source, edits)
    return Refused(edit.text, reason) if reason else edits


def _span(assistant: Assistant, task: str, place: Place) -> Span:
    """The lines to write again: for a problem those of the definition around it, so that the model sees enough."""
    if task in ("fix", "addTypes") and (symbol := symbol_for(assistant, place.source, place.span)) is not None:
        return lines_for(assistant, Place(place.source, symbol.span))
    return lines_for(assistant, place)


def _room(assistant: Assistant, code: str) -> int:
    """Tokens for the answer. Raises `UsageError` when the code and its new text do not fit together."""
    whole = assistant.budget(0)
    wanted = int(len(code) / whole.chars_per_token * 1.3) + 32
    rest = assistant.budget(wanted).characters(1.0)
    if wanted > MOST_NEW_TOKENS or rest < len(code) * 1.2:
        most = int(whole.characters(1.0) / 2.6)
        raise UsageError(f"wanted code that the model can write again, at most {most} characters, found {len(code)}")
    return wanted
