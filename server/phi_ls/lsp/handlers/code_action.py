"""textDocument/codeAction and codeAction/resolve: what can be asked for here.

Actions are light: each names a command, and the model is asked only when the user chooses one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from phi_ls.features.actions import ACTIONS, available
from phi_ls.lsp import convert

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phi_ls.features.actions import Action
    from phi_ls.lsp.server import PhiLanguageServer

KINDS: Mapping[str, str] = {
    "explain": "phi.explain",
    "document": "refactor.rewrite.phi.document",
}
"""Action -> the kind that clients filter by."""


async def code_action(ls: PhiLanguageServer, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """The actions that have something to work on; unasked, only for a selection or a definition's name."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.too_large:
        return []
    source = document.snapshot()
    assistant = await ls.started()
    if assistant is None:
        return []
    span = convert.span_at(source, params.range, ls.encoding)
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    possible = {action.id for action in available(assistant, source, span, only_named=automatic)}
    argument = {
        "uri": source.uri,
        "range": convert.plain_range(convert.range_at(source, span, ls.encoding)),
        "version": source.version,
    }
    return [
        _light(ls, action, argument)
        for action in ACTIONS
        if action.id in possible and _is_wanted(KINDS[action.id], params.context.only)
    ]


async def resolve(_ls: PhiLanguageServer, action: types.CodeAction) -> types.CodeAction:
    """The action as it is: nothing is left to resolve, but some editors resolve every action."""
    return action


def _light(ls: PhiLanguageServer, action: Action, argument: object) -> types.CodeAction | types.Command:
    """The action; the command of the client's own, where it has one that shows the answer too."""
    name = f"phi.{action.id}" if ls.client.command_links else f"phi.server.{action.id}"
    command = types.Command(title=action.title, command=name, arguments=[argument])
    if not ls.client.code_action_literals:
        return command
    return types.CodeAction(title=action.title, kind=KINDS[action.id], command=command)


def _is_wanted(kind: str, only: object) -> bool:
    """Whether the client asked for this kind, or for all kinds; a kind contains those that it is a prefix of."""
    if not isinstance(only, list | tuple) or not only:
        return True
    wanted = [str(getattr(item, "value", item)) for item in only]
    return any(item == "" or kind == item or kind.startswith(item + ".") for item in wanted)
