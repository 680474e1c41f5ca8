"""workspace/executeCommand: which commands there are, and the questions about the server itself.

Each command takes one object. What acts on code is in `phi_ls.lsp.handlers.act`, what fetches backends
and models in `phi_ls.lsp.handlers.supply`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pygls.exceptions import JsonRpcInvalidParams

from phi_ls.features.actions import ACTIONS
from phi_ls.features.doctor import as_text, examine
from phi_ls.features.why import report
from phi_ls.lsp import convert
from phi_ls.lsp.handlers.act import Token, act, own
from phi_ls.lsp.handlers.inline_completion import ACCEPTED
from phi_ls.lsp.handlers.supply import backends, install_backend, models, pull_model
from phi_ls.lsp.protocol import RequestFailed
from phi_ls.lsp.show import shown

if TYPE_CHECKING:
    from lsprotocol import types

    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer

Command: TypeAlias = Callable[["PhiLanguageServer", Any, Token], Coroutine[Any, Any, object]]


async def execute(ls: PhiLanguageServer, params: types.ExecuteCommandParams) -> object:
    """Run a command; its result is plain JSON."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise JsonRpcInvalidParams(f"phi-ls has no command {params.command}")
    arguments = params.arguments or [{}]
    return await command(ls, arguments[0], params.work_done_token)


async def restart(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """Replace the worker."""
    async with ls.starting:
        await (await _assistant(ls)).restart()
    return {}


async def why(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """What was decided about the last completion, and the reason; where there is room, of those before it too."""
    assistant = await _assistant(ls)
    decision = assistant.last_decision
    text = f"{decision.what}: {decision.why}" if decision.why else decision.what
    if ls.client.shows_answers:
        return {"text": f"{text}\n\n{report(list(assistant.decisions), time.monotonic())}".rstrip("\n") + "\n"}
    ls.tell(f"phi-ls: {text}")
    return {"text": text}


async def show_prompt(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """The last prompt, word for word."""
    text = (await _assistant(ls)).last_prompt or "The model was not asked for anything yet.\n"
    return {"text": text, **await shown(ls, "prompt", "prompt", "The last prompt", convert.fenced(text))}


async def doctor(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """What this machine has, what runs on it, and why the rest does not."""
    text = as_text(await asyncio.to_thread(examine, await _assistant(ls)))
    return {"text": text, **await shown(ls, "doctor", "doctor", "phi-ls doctor", convert.fenced(text))}


async def accepted(ls: PhiLanguageServer, argument: object, _token: Token) -> object:
    """The user took a completion."""
    completion_id = argument.get("id") if isinstance(argument, Mapping) else None
    assistant = await _assistant(ls)
    assistant.journal.write("accepted", id=completion_id, partial=False)
    assistant.following.accepted(completion_id)
    return None


async def forget_explanations(ls: PhiLanguageServer, _argument: object, _token: Token) -> object:
    """Delete every explanation that is kept, here and on disk."""
    count = await asyncio.to_thread((await _assistant(ls)).explanations.clear)
    text = f"{count} explanation{'' if count == 1 else 's'} deleted"
    if not ls.client.shows_answers:
        ls.tell(f"phi-ls: {text}")
    return {"text": text}


def _acting(action_id: str) -> Command:
    async def command(ls: PhiLanguageServer, argument: object, token: Token) -> object:
        return await act(ls, action_id, argument, token)

    return command


COMMANDS: Mapping[str, Command] = {
    **{f"phi.server.{action.id}": _acting(action.id) for action in ACTIONS},
    "phi.server.own": own,
    "phi.server.forgetExplanations": forget_explanations,
    "phi.server.restart": restart,
    "phi.server.why": why,
    "phi.server.showPrompt": show_prompt,
    "phi.server.doctor": doctor,
    "phi.server.backends": backends,
    "phi.server.installBackend": install_backend,
    "phi.server.models": models,
    "phi.server.pullModel": pull_model,
    ACCEPTED: accepted,
}


async def _assistant(ls: PhiLanguageServer) -> Assistant:
    assistant = await ls.started()
    if assistant is None:
        raise RequestFailed("phi-ls is still starting; try again in a moment")
    return assistant
