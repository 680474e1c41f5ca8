"""initialized, didChangeConfiguration and the cancelling of progress: the session's own affairs."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from phi_ls.lsp import logs
from phi_ls.lsp.configuration import SECTION
from phi_ls.lsp.status import StatusReporter
from phi_ls.lsp.watch import watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.lsp.server import PhiLanguageServer

CLIENT_SECONDS = 3.0
"""How long the start waits for what a client answers about configuration; settings that come later count then."""

_log = logging.getLogger(__name__)


async def initialized(ls: PhiLanguageServer, _params: object) -> None:
    """Ask for the configuration, then start the assistant with it."""
    if ls.client.process_id is not None:
        ls.spawn(watch(ls.client.process_id, ls.end), "the watch on the editor")
    await _register(ls)
    await _pull(ls)
    await _apply(ls)


async def did_change_configuration(ls: PhiLanguageServer, params: types.DidChangeConfigurationParams) -> None:
    """Take pushed settings; null means that they are to be asked for."""
    if params.settings is not None:
        ls.configuration.take(params.settings)
    else:
        await _pull(ls)
    # The first settings are applied by `initialized`; what comes while it does so counts after it.
    if ls.assistant is not None or ls.starting.locked():
        await _apply(ls)


def cancel_progress(ls: PhiLanguageServer, params: types.WorkDoneProgressCancelParams) -> None:
    """The user cancelled work that shows its progress."""
    ls.works.cancel(params.token)


async def _register(ls: PhiLanguageServer) -> None:
    """Ask to be told of changes, where the client wants to be asked."""
    if not ls.client.registers_configuration:
        return
    registration = types.Registration(
        id="phi-ls-configuration",
        method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
        register_options=types.DidChangeConfigurationRegistrationOptions(section=SECTION),
    )
    params = types.RegistrationParams(registrations=[registration])
    try:
        await asyncio.wait_for(ls.client_register_capability_async(params), CLIENT_SECONDS)
    except (TimeoutError, JsonRpcException) as error:
        _log.warning("the client will not tell of changed settings (%s)", type(error).__name__)


async def _pull(ls: PhiLanguageServer) -> None:
    """Ask for the settings, where the client can be asked."""
    if not ls.client.pulls_configuration:
        return
    params = types.ConfigurationParams(items=[types.ConfigurationItem(section=SECTION)])
    answer = asyncio.ensure_future(ls.workspace_configuration_async(params))
    done, _ = await asyncio.wait({answer}, timeout=CLIENT_SECONDS)
    if done:
        _take(ls, answer)
    else:
        _log.warning("the client takes long to say its settings; what is known is used until then")
        ls.spawn(_take_late(ls, answer, ls.configuration.taken), "the settings that come late")


async def _take_late(ls: PhiLanguageServer, answer: asyncio.Future[Sequence[Any]], taken: int) -> None:
    """Follow the settings when they are there after all, unless others have come meanwhile."""
    await asyncio.wait({answer})
    if ls.configuration.taken == taken and _take(ls, answer):
        await _apply(ls)


def _take(ls: PhiLanguageServer, answer: asyncio.Future[Sequence[Any]]) -> bool:
    try:
        sections = answer.result()
    except JsonRpcException as error:
        _log.warning("the client did not say its settings (%s)", type(error).__name__)
        return False
    ls.configuration.take(sections[0] if sections else None)
    return True


async def _apply(ls: PhiLanguageServer) -> None:
    """Use the settings that are known, and tell what is wrong with them, once."""
    async with ls.starting:
        await _configure(ls)


async def _configure(ls: PhiLanguageServer) -> None:
    settings, problems = ls.configuration.resolve()
    logs.set_level(settings.log_level)
    if problems:
        _log.warning("settings: %s", "; ".join(problems))
        ls.tell("phi-ls settings: " + "; ".join(problems), types.MessageType.Warning)
    if ls.assistant is not None:
        await ls.assistant.configure(settings)
        return
    assistant = ls.make_assistant(settings)
    if ls.client.wants_status:
        reporter = StatusReporter(ls.protocol.notify)
        assistant.on_status(reporter)
        reporter(assistant.status)
    await assistant.start()
    ls.use(assistant)
