"""What becomes of an action's result: an edit that is applied, a file that is made, an answer that is shown.

Nothing is lost: where an edit is not made, its text stays readable, and the client is told its address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from phi_ls.features.actions import Answer, Created, Edited, Names, Place, Preview, Result, path_of, symbol_for
from phi_ls.lsp import convert
from phi_ls.lsp.show import DISCARDED, apply, create, named, shown
from phi_ls.settings import ConfirmEdits
from phi_ls.text import Span

if TYPE_CHECKING:
    from phi_ls.lsp.ground import Ground
    from phi_ls.lsp.server import PhiLanguageServer
    from phi_ls.lsp.stream import Growing
    from phi_ls.text import Source

CHECKED = ("document", "addTypes")
"""Actions whose edits are checked to change nothing that code does."""


@dataclass(frozen=True)
class Wanted:
    """What a command works on."""

    action: str
    ground: Ground
    span: Span
    """In the document."""
    problems: tuple[str, ...]
    instruction: str

    @property
    def source(self) -> Source:
        """The document, as the client knows it."""
        return self.ground.document

    @property
    def place(self) -> Place:
        """The same as the model is asked about it."""
        return Place(self.ground.source, self.span.moved(self.ground.start), self.problems, self.instruction)

    @property
    def kind(self) -> str:
        """The action without the title of one of the user's own: the first part of its answers' addresses."""
        return self.action.partition(":")[0]


async def carry_out(ls: PhiLanguageServer, wanted: Wanted, result: Result, growing: Growing | None) -> object:
    """Apply or show a result."""
    kind = wanted.kind
    match result:
        case Answer():
            markdown = convert.without_commands(result.markdown) + _link(ls, wanted)
            told = {
                **await shown(ls, kind, named(result.title), result.title, markdown, growing),
                **place_of(ls, wanted),
            }
            return {**told, "text": result.plain} if result.plain else told
        case Edited():
            confirm = _confirms(ls, kind)
            problem = await apply(ls, result.source, result.edits, result.title, confirm=confirm)
            return await _applied(ls, wanted, result.title, problem, result.answer)
        case Created():
            problem = await create(ls, result.path, result.text, result.title)
            answer = convert.fenced(result.text, wanted.source.language)
            return await _applied(ls, wanted, result.title, problem, answer)
        case Names():
            listed = "".join(f"- `{name}`\n" for name in result.names)
            listing = await shown(ls, kind, result.title, result.title, f"# {result.title}\n\n{listed}")
            start = convert.position_at(result.source, result.offset, ls.encoding)
            place = {"line": start.line, "character": start.character}
            return {**listing, "name": result.name, "names": list(result.names), "position": place}
        case Preview():
            message = f"nothing was changed: the answer {result.reason}"
            return await _refused(ls, wanted, result.title, message, convert.without_commands(result.markdown))


def place_of(ls: PhiLanguageServer, wanted: Wanted) -> dict[str, object]:
    """The place that an answer is about, for a client that leads back to it by itself."""
    if not ls.client.shows_answers or wanted.action == "commitMessage":
        return {}
    span = wanted.span
    if not len(span) and ls.assistant is not None:
        symbol = symbol_for(ls.assistant, wanted.place.source, wanted.place.span)
        if symbol is not None and wanted.ground.holds(symbol.span):
            span = symbol.span.moved(-wanted.ground.start)
    source, span = _now(ls, wanted.source, span)
    area = convert.range_at(source, span, ls.encoding)
    return {"code": {"uri": wanted.source.uri, "range": convert.plain_range(area)}}


def _now(ls: PhiLanguageServer, source: Source, span: Span) -> tuple[Source, Span]:
    """Where the same code is in the document as it is by now; as it was, when it is not there any more."""
    document = ls.documents.get(source.uri)
    if document is None or document.version == source.version or not len(span):
        return source, span
    newest = document.snapshot()
    at = newest.text.find(source.text[span.start : span.end])
    return (newest, Span(at, at + len(span))) if at >= 0 else (source, span)


async def _applied(ls: PhiLanguageServer, wanted: Wanted, title: str, problem: str, answer: str) -> object:
    """What is told of an edit: its title, why it was not made, or nothing where the user turned it down."""
    if not problem:
        return {"applied": True, "message": title}
    if problem == DISCARDED:
        markdown = _headed(title, answer)
        uri = ls.answers.keep(wanted.kind, title, markdown)
        told = {"title": title, "markdown": markdown, "uri": uri, **place_of(ls, wanted)}
        return {"applied": False, "discarded": True, **told}
    return await _refused(ls, wanted, title, problem, _headed(title, answer))


async def _refused(ls: PhiLanguageServer, wanted: Wanted, title: str, message: str, answer: str) -> object:
    if not ls.client.shows_answers:
        ls.tell(f"phi-ls: {message}", types.MessageType.Warning)
    told = {**await shown(ls, wanted.kind, title, title, answer), **place_of(ls, wanted)}
    return {"applied": False, "message": message, **told}


def _headed(title: str, answer: str) -> str:
    return f"# {title}\n\n{convert.without_commands(answer)}\n"


def _confirms(ls: PhiLanguageServer, kind: str) -> bool:
    """Whether the settings want the user to see an edit of this action before it is made."""
    if ls.assistant is None:
        return True
    wanted = ls.assistant.settings.confirm_edits
    return wanted is ConfirmEdits.ALWAYS or (wanted is ConfirmEdits.CODE and kind not in CHECKED)


def _link(ls: PhiLanguageServer, wanted: Wanted) -> str:
    """A way back to the code, for files, in the text itself."""
    path = path_of(wanted.source.uri)
    if path is None or ls.client.shows_answers or wanted.action == "commitMessage":
        return ""
    line = wanted.source.line_at(wanted.span.start) + 1
    return f"\n[{path.name}, line {line}](<{wanted.source.uri}#L{line}>)\n"
