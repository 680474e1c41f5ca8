"""workspace/executeCommand: explain, document, and questions about the server itself.

Each command takes one object. Work on the model shows its progress and can be cancelled as a request and through its
progress; either way the request is answered.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import cattrs
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcInvalidParams

from phi_ls.features import actions
from phi_ls.features.doctor import as_text, examine
from phi_ls.lsp import convert
from phi_ls.lsp.handlers.inline_completion import ACCEPTED
from phi_ls.lsp.protocol import RequestFailed
from phi_ls.lsp.show import apply, show

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer
    from phi_ls.text import Source, Span

Token: TypeAlias = int | str | None
Command: TypeAlias = Callable[["PhiLanguageServer", Any, Token], Coroutine[Any, Any, object]]

Result = TypeVar("Result")
_Action: TypeAlias = Callable[["Assistant", "Source", "Span", Callable[[str], None]], Coroutine[Any, Any, Result]]

_converter = get_converter()


async def execute(ls: PhiLanguageServer, params: types.ExecuteCommandParams) -> object:
    """Run a command; its result is plain JSON."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams(f"phi-ls has no command {params.command}")
    arguments = params.arguments or [{}]
    return await command(ls, arguments[0], params.work_done_token)


async def explain(ls: PhiLanguageServer, argument: object, token: Token) -> object:
    """Explain a range; the answer is returned, kept under an address, and shown unless the client does that."""
    place = _place(ls, argument)
    answer = await _run(ls, "explain", actions.explain, place, token)
    name = answer.title.removeprefix("Explanation of ")
    return await _shown(ls, "explain", name, answer.title, convert.without_commands(answer.markdown))


async def document(ls: PhiLanguageServer, argument: object, token: Token) -> object:
    """Document the symbol of a range by an edit to the version that was asked about, or to none."""
    place = _place(ls, argument)
    edited = await _run(ls, "document", actions.document, place, token)
    problem = await apply(ls, edited.source, edited.edits, edited.title)
    if not problem:
        return {"applied": True, "message": edited.title}
    if not ls.client.shows_answers:
        ls.tell(f"phi-ls: {problem}", types.MessageType.Warning)
    kept = await _shown(ls, "document", edited.title, edited.title, edited.answer)
    return {"applied": False, "message": problem, **kept}


async def restart(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """Replace the worker."""
    async with ls.starting:
        await (await _assistant(ls)).restart()
    return {}


async def why(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """What was decided about the last completion, and the reason."""
    decision = (await _assistant(ls)).last_decision
    text = f"{decision.what}: {decision.why}" if decision.why else decision.what
    if not ls.client.shows_answers:
        ls.tell(f"phi-ls: {text}")
    return {"text": text}


async def show_prompt(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """The last prompt, word for word."""
    text = (await _assistant(ls)).last_prompt or "The model was not asked for anything yet.\n"
    return {"text": text, **await _shown(ls, "prompt", "prompt", "The last prompt", convert.fenced(text))}


async def doctor(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """What this machine has, what runs on it, and why the rest does not."""
    text = as_text(await asyncio.to_thread(examine, await _assistant(ls)))
    return {"text": text, **await _shown(ls, "doctor", "doctor", "phi-ls doctor", convert.fenced(text))}


async def accepted(ls: PhiLanguageServer, argument: object, _token: Token) -> object:
    """The user took a completion."""
    completion_id = argument.get("id") if isinstance(argument, Mapping) else None
    (await _assistant(ls)).journal.write("accepted", id=completion_id, partial=False)
    return None


COMMANDS: Mapping[str, Command] = {
    "phi.server.explain": explain,
    "phi.server.document": document,
    "phi.server.restart": restart,
    "phi.server.why": why,
    "phi.server.showPrompt": show_prompt,
    "phi.server.doctor": doctor,
    ACCEPTED: accepted,
}


@dataclass(frozen=True)
class _Place:
    """What a command works on."""

    source: Source
    span: Span


def _place(ls: PhiLanguageServer, argument: object) -> _Place:
    """The open document and the span that an argument `{uri, range, version?}` names."""
    if not isinstance(argument, Mapping):
        raise JsonRpcInvalidParams("wanted one object with uri and range")
    try:
        area = _converter.structure(argument["range"], types.Range)
    except (KeyError, TypeError, ValueError, AttributeError, cattrs.BaseValidationError) as error:
        raise JsonRpcInvalidParams("wanted a range with start and end") from error
    document = ls.documents.get(str(argument.get("uri")))
    if document is None:
        raise RequestFailed("phi-ls can work on open files only; open the file and try again")
    if document.too_large:
        raise RequestFailed("the file is larger than 2 MiB; phi-ls leaves it alone")
    if argument.get("version", document.version) not in (document.version, None):
        raise RequestFailed("the file has changed since the command was offered; try again")
    source = document.snapshot()
    return _Place(source, convert.span_at(source, area, ls.encoding))


async def _run(ls: PhiLanguageServer, name: str, do: _Action[Result], place: _Place, token: Token) -> Result:
    """Do an action under a progress, and write down how it went."""
    assistant = await _assistant(ls)
    began, outcome = time.perf_counter(), "cancelled"
    try:
        async with ls.works.work(f"phi-ls: {name}", token) as report:
            result = await do(assistant, place.source, place.span, report)
        outcome = "done"
    except Exception as error:
        outcome = f"failed: {type(error).__name__}"
        raise
    else:
        return result
    finally:
        assistant.journal.write(
            "action",
            action=name,
            uri=place.source.uri,
            version=place.source.version,
            outcome=outcome,
            ms_total=round((time.perf_counter() - began) * 1000, 3),
        )


async def _shown(ls: PhiLanguageServer, kind: str, name: str, title: str, markdown: str) -> dict[str, str]:
    """Keep an answer, and show it unless the client shows it by itself."""
    uri = ls.answers.keep(kind, name, markdown)
    if not ls.client.shows_answers:
        await show(ls, uri, title, markdown)
    return {"title": title, "markdown": markdown, "uri": uri}


async def _assistant(ls: PhiLanguageServer) -> Assistant:
    assistant = await ls.started()
    if assistant is None:
        raise RequestFailed("phi-ls is still starting; try again in a moment")
    return assistant
