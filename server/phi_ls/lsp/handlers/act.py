"""The commands that act on code: each runs an action of `phi_ls.features.actions` and carries out what it came to.

Work on the model shows its progress and can be cancelled, as a request and through its progress; nothing is changed
then. An answer grows under its address while it is written. Edits are for the version that was asked about or for none.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import cattrs
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcInvalidParams

from phi_ls.features.actions import (
    OWN,
    Answer,
    Created,
    Edited,
    Names,
    Preview,
    Result,
    action_of,
    path_of,
    run,
    symbol_for,
)
from phi_ls.lsp import convert
from phi_ls.lsp.protocol import RequestFailed
from phi_ls.lsp.show import apply, create, shown
from phi_ls.lsp.stream import Growing
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from phi_ls.lsp.server import PhiLanguageServer

Token: TypeAlias = int | str | None

_converter = get_converter()
MOST_PROBLEMS = 5


@dataclass(frozen=True)
class Wanted:
    """What a command works on."""

    action: str
    source: Source
    span: Span
    problems: tuple[str, ...]
    instruction: str


async def act(ls: PhiLanguageServer, action_id: str, argument: object, token: Token) -> object:
    """Do an action and carry out its result; returns what there is to say of it as plain JSON."""
    wanted = _wanted(ls, action_id, argument)
    action = action_of(action_id)
    kind = action_id.partition(":")[0]
    streams = action_id not in ("commitMessage", "rename") and (action is None or action.kind == "answer")
    growing = Growing(ls, kind, _name(ls, wanted)) if streams else None
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


async def carry_out(ls: PhiLanguageServer, wanted: Wanted, result: Result, growing: Growing | None) -> object:
    """Apply or show a result."""
    kind = wanted.action.partition(":")[0]
    match result:
        case Answer():
            name = result.title.removeprefix("Explanation of ")
            link = _link(ls, wanted) if growing is not None else ""
            markdown = convert.without_commands(result.markdown) + link
            told = await shown(ls, kind, name, result.title, markdown, growing)
            return {**told, "text": result.plain} if result.plain else told
        case Edited():
            problem = await apply(ls, result.source, result.edits, result.title)
            return await _applied(ls, kind, result.title, problem, result.answer)
        case Created():
            problem = await create(ls, result.path, result.text, result.title)
            return await _applied(ls, kind, result.title, problem, convert.fenced(result.text, wanted.source.language))
        case Names():
            listed = "".join(f"- `{name}`\n" for name in result.names)
            told = await shown(ls, kind, result.title, result.title, f"# {result.title}\n\n{listed}")
            start = convert.position_at(result.source, result.offset, ls.encoding)
            place = {"line": start.line, "character": start.character}
            return {**told, "name": result.name, "names": list(result.names), "position": place}
        case Preview():
            message = f"nothing was changed: the answer {result.reason}"
            return await _refused(ls, kind, result.title, message, convert.without_commands(result.markdown))


async def _applied(ls: PhiLanguageServer, kind: str, title: str, problem: str, answer: str) -> object:
    if not problem:
        return {"applied": True, "message": title}
    return await _refused(ls, kind, title, problem, answer)


async def _refused(ls: PhiLanguageServer, kind: str, title: str, message: str, answer: str) -> object:
    if not ls.client.shows_answers:
        ls.tell(f"phi-ls: {message}", types.MessageType.Warning)
    return {"applied": False, "message": message, **await shown(ls, kind, title, title, answer)}


def _wanted(ls: PhiLanguageServer, action_id: str, argument: object) -> Wanted:
    """What an argument `{uri, range, version?, problems?, instruction?}` names; the document must be open.

    A commit message needs no range, and no open document either.
    """
    if not isinstance(argument, Mapping):
        raise JsonRpcInvalidParams("wanted one object with uri and range")
    document = ls.documents.get(str(argument.get("uri")))
    if action_id == "commitMessage" and document is None:
        return Wanted(action_id, Source(str(argument.get("uri") or ls.folder), "", 0, ""), Span(0, 0), (), "")
    area = _area(argument, needed=action_id not in ("explainFile", "commitMessage"))
    if document is None:
        raise RequestFailed("phi-ls can work on open files only; open the file and try again")
    if document.too_large:
        raise RequestFailed("the file is larger than 2 MiB; phi-ls leaves it alone")
    if argument.get("version", document.version) not in (document.version, None):
        raise RequestFailed("the file has changed since the command was offered; try again")
    source = document.snapshot()
    problems = argument.get("problems")
    told = [str(problem) for problem in problems] if isinstance(problems, list) else []
    instruction = argument.get("instruction")
    return Wanted(
        action_id,
        source,
        convert.span_at(source, area, ls.encoding),
        tuple(told[:MOST_PROBLEMS]),
        instruction if isinstance(instruction, str) else "",
    )


def _area(argument: Mapping[str, Any], *, needed: bool) -> types.Range:
    if not needed and "range" not in argument:
        start = types.Position(line=0, character=0)
        return types.Range(start=start, end=start)
    try:
        return _converter.structure(argument["range"], types.Range)
    except (KeyError, TypeError, ValueError, AttributeError, cattrs.BaseValidationError) as error:
        raise JsonRpcInvalidParams("wanted a range with start and end") from error


async def _run(ls: PhiLanguageServer, wanted: Wanted, token: Token, growing: Growing | None) -> Result:
    """Do an action under a progress, and write down how it went."""
    assistant = await ls.started()
    if assistant is None:
        raise RequestFailed("phi-ls is still starting; try again in a moment")
    began, outcome = time.perf_counter(), "cancelled"
    name = wanted.action.partition(":")[0]
    try:
        async with ls.works.work(f"phi-ls: {name}", token) as report:

            def grown(text: str) -> None:
                report(text)
                if growing is not None:
                    growing.show(convert.without_commands(text))

            result = await run(
                assistant,
                wanted.action,
                wanted.source,
                wanted.span,
                grown,
                problems=wanted.problems,
                instruction=wanted.instruction,
            )
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


def _name(ls: PhiLanguageServer, wanted: Wanted) -> str:
    """What an answer is called while it grows."""
    if wanted.action.startswith(OWN):
        return wanted.action.removeprefix(OWN)
    if wanted.action == "explain" and ls.assistant is not None:
        symbol = symbol_for(ls.assistant, wanted.source, wanted.span)
        return symbol.name if symbol else "selection"
    action = action_of(wanted.action)
    return action.title if action else wanted.action


def _link(ls: PhiLanguageServer, wanted: Wanted) -> str:
    """A way back to the code, for files; a client's own preview may take no link to a file, so it gets words."""
    path = path_of(wanted.source.uri)
    if path is None:
        return ""
    line = wanted.source.line_at(wanted.span.start) + 1
    if ls.client.shows_answers:
        return f"\n*{path.name}, line {line}*\n"
    return f"\n[{path.name}, line {line}](<{wanted.source.uri}#L{line}>)\n"
