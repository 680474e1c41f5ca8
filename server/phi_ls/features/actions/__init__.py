"""What the palette, the light bulb and `phi-ls act` can ask for.

An edit is checked before it is offered (`phi_ls.features.trust`). What fails is told to the model once; what fails
again is a `Preview` with its reason, and is never applied.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.errors import UsageError
from phi_ls.features.actions.commit import commit_message
from phi_ls.features.actions.document import document
from phi_ls.features.actions.explain import (
    explain,
    explain_error,
    explain_file,
    explain_symbol,
    kept_explanation,
)
from phi_ls.features.actions.heading import Opening, explanation_of, of_code, of_problems, titled
from phi_ls.features.actions.names import rename
from phi_ls.features.actions.own import own
from phi_ls.features.actions.place import Place, symbol_for
from phi_ls.features.actions.results import Answer, Created, Edited, Names, Preview, Result
from phi_ls.features.actions.rewrite import rewrite
from phi_ls.features.actions.table import ACTIONS, Action, Kind, Report, action_of
from phi_ls.features.actions.write_tests import path_of, write_tests
from phi_ls.syntax import language

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.text import Source, Span

__all__ = [
    "ACTIONS",
    "OWN",
    "Action",
    "Answer",
    "Created",
    "Edited",
    "Names",
    "Opening",
    "Place",
    "Preview",
    "Result",
    "action_of",
    "available",
    "document",
    "explain",
    "explain_symbol",
    "kept_explanation",
    "opening",
    "path_of",
    "run",
    "symbol_for",
]

OWN = "own:"
"""What the id of an action from the settings begins with; its title follows."""
ALWAYS = ("explain", "document")
"""What every family of models was taught."""


def available(
    assistant: Assistant, source: Source, span: Span, *, problems: int = 0, only_named: bool = False
) -> tuple[Action, ...]:
    """The actions that have something to work on, found without the model, and that the model was taught.

    With `only_named`, an empty span counts only on a definition's own name: a light bulb must not follow the cursor.
    A problem counts always.
    """
    if not assistant.settings.enable:
        return ()
    symbol = symbol_for(assistant, source, span)
    selected = bool(source.text[span.start : span.end].strip())
    named = symbol is not None and symbol.name_span.start <= span.start <= symbol.name_span.end
    quiet = only_named and not selected and not named
    row = language(source.language)
    typed = row is not None and bool(row.annotations)
    here = {
        "code": not quiet and (symbol is not None or selected),
        "symbol": not quiet and symbol is not None,
        "definition": not quiet and symbol is not None and typed,
        "problem": problems > 0,
        "instruction": False,
        "nothing": False,
    }
    taught = assistant.profile.tasks if assistant.candidate is not None else frozenset()
    built_in = [one for one in ACTIONS if here[one.needs] and (one.id in ALWAYS or one.id in taught)]
    own_ones = assistant.settings.actions if here["code"] and taught else ()
    return (*built_in, *(Action(OWN + one.title, one.title, _kind(one.result.value), "code") for one in own_ones))


async def run(
    assistant: Assistant,
    action_id: str,
    source: Source,
    span: Span,
    report: Report,
    *,
    problems: tuple[str, ...] = (),
    instruction: str = "",
) -> Result:
    """Do one action on `span`; `report` is called with the text so far, as it grows.

    Raises `UsageError` for an unknown action, a model that was not taught it, or a span with nothing to work on, and
    what a generation raises.
    """
    titles = [OWN + one.title for one in assistant.settings.actions]
    if action_of(action_id) is None and action_id not in titles:
        known = ", ".join([*(action.id for action in ACTIONS), *titles])
        raise UsageError(f"wanted an action ({known}), found {action_id!r}")
    place = Place(source, span, problems, instruction)
    await assistant.supervisor.client()  # the model decides what can be asked, the wording and the room
    if action_id not in (*ALWAYS, "explainFile") and not assistant.profile.tasks:
        raise UsageError(
            f"wanted a model that was taught to follow instructions, found {assistant.status.model}, which completes, "
            "explains and documents; get one with `phi-ls models pull` and choose it"
        )
    if action_id in titles:
        return await own(assistant, assistant.settings.actions[titles.index(action_id)], place, report)
    return await _built_in(assistant, action_id, place, report)


def opening(assistant: Assistant, action_id: str, place: Place) -> Opening:
    """How the answer of an action begins, known before the model's first word."""
    match action_id:
        case "explain":
            symbol = symbol_for(assistant, place.source, place.span)
            return Opening(explanation_of(symbol), of_code(symbol, place.source.language))
        case "explainError":
            return Opening("Explanation of a problem", of_problems(place))
        case "explainFile":
            return Opening(f"Explanation of {place.path}", titled(place.path))
        case _:
            action = action_of(action_id)
            title = action.title if action is not None else action_id.removeprefix(OWN)
            return Opening(title, titled(title))


async def _built_in(assistant: Assistant, action_id: str, place: Place, report: Report) -> Result:
    match action_id:
        case "explain":
            return await explain(assistant, place.source, place.span, report)
        case "document":
            return await document(assistant, place.source, place.span, report)
        case "explainError":
            return await explain_error(assistant, place, report)
        case "explainFile":
            return await explain_file(assistant, place, report)
        case "tests":
            return await write_tests(assistant, place, report)
        case "rename":
            return await rename(assistant, place, report)
        case "commitMessage":
            return await commit_message(assistant, path_of(place.source.uri) or Path.cwd(), report)
        case _:
            return await rewrite(assistant, action_id, place, report)


def _kind(result: str) -> Kind:
    return "answer" if result == "answer" else "file" if result == "file" else "edit"
