"""The commands that act on code: each runs an action of `phi_ls.features.actions`; `phi_ls.lsp.outcome` does the rest.

Work on the model shows its progress and can be cancelled, as a request and through its progress; nothing is changed
then. An answer grows under its address while it is written. Edits are for the version that was asked about or for none.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import cattrs
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcInvalidParams

from phi_ls.features.actions import (
    OWN,
    Edited,
    Names,
    Place,
    Preview,
    Result,
    action_of,
    kept_explanation,
    opening,
    run,
    symbol_for,
)
from phi_ls.features.actions.generate import Refused, preview
from phi_ls.lsp import convert
from phi_ls.lsp.ground import Ground, why_not_here
from phi_ls.lsp.outcome import Wanted, carry_out, place_of
from phi_ls.lsp.protocol import RequestFailed
from phi_ls.lsp.stream import Growing
from phi_ls.settings import OwnResult
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer

Token: TypeAlias = int | str | None

_converter = get_converter()
MOST_PROBLEMS = 5


async def act(ls: PhiLanguageServer, action_id: str, argument: object, token: Token) -> object:
    """Do an action and carry out its result; returns what there is to say of it as plain JSON."""
    wanted = _wanted(ls, action_id, argument)
    if action_id == "explain" and isinstance(argument, Mapping) and argument.get("kept") is True:
        kept = await _kept(ls, wanted)
        if kept is not None:
            return await carry_out(ls, wanted, kept, None)
    # An answer for a hover is read there; no place of its own opens.
    hovers = isinstance(argument, Mapping) and argument.get("hover") is not None
    growing = None if hovers else _growing(ls, wanted)
    try:
        result = await _run(ls, wanted, token, growing)
    except BaseException:
        if growing is not None:
            growing.leave()
        raise
    return await carry_out(ls, wanted, result, growing)


async def own(ls: PhiLanguageServer, argument: object, token: Token) -> object:
    """Do an action of the user's settings, named by its `title`."""
    title = argument.get("title") if isinstance(argument, Mapping) else None
    if not isinstance(title, str):
        raise JsonRpcInvalidParams("wanted the title of an action from the settings")
    return await act(ls, OWN + title, argument, token)


async def _kept(ls: PhiLanguageServer, wanted: Wanted) -> Result | None:
    """The explanation that is kept for hovers."""
    assistant = await ls.started()
    return kept_explanation(assistant, wanted.place.source, wanted.place.span) if assistant is not None else None


def _growing(ls: PhiLanguageServer, wanted: Wanted) -> Growing | None:
    """Where an answer that the user reads can be read while it is written."""
    action = action_of(wanted.action)
    if ls.assistant is None or wanted.action == "commitMessage" or (action is not None and action.kind != "answer"):
        return None
    if action is None and not _answers(ls.assistant, wanted.action):
        return None
    return Growing(ls, wanted.kind, opening(ls.assistant, wanted.action, wanted.place), place_of(ls, wanted))


def _answers(assistant: Assistant, action_id: str) -> bool:
    """Whether an action of the user's own comes to an answer."""
    own_ones = {OWN + one.title: one.result for one in assistant.settings.actions}
    return own_ones.get(action_id) is OwnResult.ANSWER


def _wanted(ls: PhiLanguageServer, action_id: str, argument: object) -> Wanted:
    """What an argument `{uri, range, version?, problems?, instruction?}` names; the document must be open.

    A commit message needs no range, and no open document either.
    """
    if not isinstance(argument, Mapping):
        raise JsonRpcInvalidParams("wanted one object with uri and range")
    document = ls.documents.get(str(argument.get("uri")))
    if action_id == "commitMessage" and document is None:
        nothing = Source(str(argument.get("uri") or ls.folder), "", 0, "")
        return Wanted(action_id, Ground(nothing, nothing), Span(0, 0), (), "")
    area = _area(argument, needed=action_id not in ("explainFile", "commitMessage"))
    if document is None:
        raise RequestFailed("phi-ls can work on open files only; open the file and try again")
    if document.too_large:
        raise RequestFailed("the file is larger than 2 MiB; phi-ls leaves it alone")
    if argument.get("version", document.version) not in (document.version, None):
        raise RequestFailed("the file has changed since the command was offered; try again")
    ground = ls.notebooks.ground(document)
    problems = argument.get("problems")
    told = [str(problem) for problem in problems] if isinstance(problems, list) else []
    instruction = argument.get("instruction")
    return Wanted(
        action_id,
        ground,
        convert.span_at(ground.document, area, ls.encoding),
        tuple(told[:MOST_PROBLEMS]),
        instruction if isinstance(instruction, str) else "",
    )


def _possible(assistant: Assistant, wanted: Wanted) -> Place:
    """What an action works on. Raises `RequestFailed` for one that would edit another cell than it was asked in.

    A problem where a name is used is corrected on its line, and not where another cell defines the name.
    """
    action, place, ground = action_of(wanted.action), wanted.place, wanted.ground
    if action is None or not ground.is_cell:
        return place
    meant = symbol_for(assistant, place.source, place.span)
    if reason := why_not_here(action, ground, meant):
        raise RequestFailed(reason)
    if action.kind == "edit" and meant is not None and not ground.holds(meant.name_span):
        return replace(place, span=place.source.line_span(place.source.line_at(place.span.start)))
    return place


def _at_home(wanted: Wanted, result: Result) -> Result:
    """A result in places of the document; edits that leave it become a preview."""
    ground = wanted.ground
    if isinstance(result, Names) and ground.is_cell:
        return replace(result, source=ground.document, offset=result.offset - ground.start)
    if not isinstance(result, Edited) or not ground.is_cell:
        return result
    edits = ground.at_home(result.edits)
    if isinstance(edits, str):
        markdown = preview(result.title, Refused(result.answer, edits), ground.document.language)
        return Preview(result.title, markdown, edits, result.account)
    return replace(result, source=ground.document, edits=edits)


def _area(argument: Mapping[str, Any], *, needed: bool) -> types.Range:
    if not needed and "range" not in argument:
        start = types.Position(line=0, character=0)
        return types.Range(start=start, end=start)
    try:
        return _converter.structure(argument["range"], types.Range)
    except (KeyError, TypeError, ValueError, AttributeError, cattrs.BaseValidationError) as error:
        raise JsonRpcInvalidParams("wanted a range with start and end") from error


def _called(wanted: Wanted) -> str:
    """What its progress calls an action."""
    action = action_of(wanted.action)
    return action.title.removesuffix(" with phi-ls") if action is not None else wanted.action.removeprefix(OWN)


async def _run(ls: PhiLanguageServer, wanted: Wanted, token: Token, growing: Growing | None) -> Result:
    """Do an action under a progress, and write down how it went."""
    assistant = await ls.started()
    if assistant is None:
        raise RequestFailed("phi-ls is still starting; try again in a moment")
    place = _possible(assistant, wanted)
    began, outcome = time.perf_counter(), "cancelled"
    name = wanted.kind
    try:
        async with ls.works.work(f"phi-ls: {_called(wanted)}", token) as report:

            def grown(text: str) -> None:
                report(text)
                if growing is not None:
                    growing.show(convert.without_commands(text))

            result = await run(
                assistant,
                wanted.action,
                place.source,
                place.span,
                grown,
                problems=place.problems,
                instruction=place.instruction,
            )
        result = _at_home(wanted, result)
        outcome = f"preview: {result.reason}" if isinstance(result, Preview) else "done"
    except Exception as error:
        outcome = f"failed: {type(error).__name__}"
        raise
    else:
        return result
    finally:
        assistant.journal.write(
            "action",
            action=name,
            uri=wanted.source.uri,
            version=wanted.source.version,
            outcome=outcome,
            ms_total=round((time.perf_counter() - began) * 1000, 3),
        )
