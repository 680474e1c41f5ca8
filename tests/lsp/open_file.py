"""A session with one open file and an assistant that was never started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsp.session import Session
from marked import marked
from phi_ls.features.assistant import Assistant
from phi_ls.settings import Settings

if TYPE_CHECKING:
    from marked import Marked

URI = "file:///project/shapes.py"
CIRCLE = marked(
    '''\
def are$0a(radius: float) -> float:
    """The area of a circle."""
    return 3.14 * radius * radius


print(area(2))
'''
)
FULL = {
    "textDocument": {
        "inlineCompletion": {},
        "hover": {"contentFormat": ["markdown"]},
        "codeAction": {"codeActionLiteralSupport": {}},
    },
}


async def session_with(
    text: str, capabilities: dict[str, Any] | None = None, settings: Settings | None = None
) -> Session:
    session = Session()
    await session.initialize(capabilities or FULL)
    session.server.use(Assistant(settings or Settings()))
    session.open(URI, text)
    session.sent.clear()
    return session


def position(m: Marked) -> dict[str, int]:
    line, column = m.source().position(m.cursor)
    return {"line": line, "character": column}


def at(m: Marked) -> dict[str, Any]:
    return {"textDocument": {"uri": URI}, "position": position(m)}


def selection(m: Marked) -> dict[str, Any]:
    start, end = (m.source().position(offset) for offset in (m.selection.start, m.selection.end))
    return {
        "start": {"line": start[0], "character": start[1]},
        "end": {"line": end[0], "character": end[1]},
    }


async def complete_inline(session: Session, m: Marked, kind: int = 2, **context: object) -> Any:
    params = {**at(m), "context": {"triggerKind": kind, **context}}
    return await session.result("textDocument/inlineCompletion", params)


async def actions(session: Session, m: Marked, **context: object) -> Any:
    params = {"textDocument": {"uri": URI}, "range": selection(m), "context": {"diagnostics": [], **context}}
    return await session.result("textDocument/codeAction", params)


def explain(area: object, **more: object) -> dict[str, Any]:
    return {"command": "phi.server.explain", "arguments": [{"uri": URI, "range": area, **more}]}
