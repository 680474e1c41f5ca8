"""textDocument/codeAction and codeAction/resolve: what can be asked for here.

Actions are light: each names a command, and the model is asked only when the user chooses one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from phi_ls.features.actions import OWN, Action, available, symbol_for
from phi_ls.lsp import convert
from phi_ls.lsp.ground import why_not_here

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from phi_ls.lsp.server import PhiLanguageServer

KINDS: Mapping[str, str] = {
    "explain": "phi.explain",
    "document": "refactor.rewrite.phi.document",
    "explainError": "quickfix.phi.explainError",
    "fix": "quickfix.phi.fix",
    "addTypes": "refactor.rewrite.phi.addTypes",
    "simplify": "refactor.rewrite.phi.simplify",
    "tests": "phi.tests",
    "rename": "refactor.rewrite.phi.rename",
    "own": "phi.own",
}
"""Action -> the kind that clients filter by."""
_MESSAGE = 400


async def code_action(ls: PhiLanguageServer, params: types.CodeActionParams) -> list[types.CodeAction | types.Command]:
    """The actions that have something to work on; unasked, only for a selection, a definition's name or a problem."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.too_large:
        return []
    ground = ls.notebooks.ground(document)
    source = ground.document
    assistant = await ls.started()
    if assistant is None:
        return []
    span = convert.span_at(source, params.range, ls.encoding)
    there = span.moved(ground.start)
    if not len(span):
        assistant.warmth.rests(ground.source, there.start)  # editors ask for actions where the cursor has come to
    diagnostics = params.context.diagnostics
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    possible = available(assistant, ground.source, there, problems=len(diagnostics), only_named=automatic)
    meant = symbol_for(assistant, ground.source, there) if ground.is_cell else None
    argument = {
        "uri": source.uri,
        "range": convert.plain_range(convert.range_at(source, span, ls.encoding)),
        "version": source.version,
    }
    return [
        _light(ls, action, argument, diagnostics)
        for action in possible
        if _is_wanted(_kind(action), params.context.only) and not why_not_here(action, ground, meant)
    ]


async def resolve(_ls: PhiLanguageServer, action: types.CodeAction) -> types.CodeAction:
    """The action as it is: nothing is left to resolve, but some editors resolve every action."""
    return action


def message_of(diagnostic: types.Diagnostic) -> str:
    """A diagnostic as one line for a model: where, what, and who says so."""
    said = " ".join(part for part in (diagnostic.source, str(diagnostic.code or "")) if part)
    message = diagnostic.message if isinstance(diagnostic.message, str) else diagnostic.message.value
    return f"line {diagnostic.range.start.line + 1}: {message[:_MESSAGE]}{f' ({said})' if said else ''}"


def _light(
    ls: PhiLanguageServer, action: Action, argument: Mapping[str, Any], diagnostics: Sequence[types.Diagnostic]
) -> types.CodeAction | types.Command:
    """The action; the command of the client's own, where it has one that shows the answer too."""
    about = diagnostics if action.needs == "problem" else ()
    told: dict[str, Any] = {**argument}
    if about:
        told["problems"] = [message_of(diagnostic) for diagnostic in about]
    name = action.id
    if action.id.startswith(OWN):
        name = "own"
        told["title"] = action.id.removeprefix(OWN)
    name = f"phi.{name}" if ls.client.command_links else f"phi.server.{name}"
    command = types.Command(title=action.title, command=name, arguments=[told])
    if not ls.client.code_action_literals:
        return command
    return types.CodeAction(
        title=action.title, kind=_kind(action), command=command, diagnostics=list(about) if about else None
    )


def _kind(action: Action) -> str:
    return KINDS["own" if action.id.startswith(OWN) else action.id]


def _is_wanted(kind: str, only: object) -> bool:
    """Whether the client asked for this kind, or for all kinds; a kind contains those that it is a prefix of."""
    if not isinstance(only, list | tuple) or not only:
        return True
    wanted = [str(getattr(item, "value", item)) for item in only]
    return any(item == "" or kind == item or kind.startswith(item + ".") for item in wanted)
