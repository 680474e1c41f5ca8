"""Notebooks: the code cells of one language are read as one document, and answered in places of their cell."""

from __future__ import annotations

from typing import Any

from lsp.open_file import FULL
from lsp.session import Session
from phi_ls.features.assistant import Assistant
from phi_ls.lsp.documents import LARGEST
from phi_ls.settings import Settings

NOTEBOOK = "file:///project/report.ipynb"
DEFINES = '%time\ndef area(radius):\n    """The area of a circle."""\n    return 3 * radius * radius'
FETCHES = """\
def first(connection, table, limit):
    rows = connection.execute("select * from " + table)
    return [dict(row) for row in rows][:limit]
"""
ASKS = 'def second(connection, table, limit):\n    rows = connection.execute("select * from " + table)\n    '


def uri(number: int) -> str:
    return f"vscode-notebook-cell:/project/report.ipynb#W{number}"


def text(number: int, content: str, language: str = "python") -> dict[str, Any]:
    return {"uri": uri(number), "languageId": language, "version": 1, "text": content}


def cell(number: int, kind: int = 2) -> dict[str, Any]:
    return {"kind": kind, "document": uri(number)}


async def notebook(*texts: dict[str, Any], kinds: tuple[int, ...] = (), capabilities: dict[str, Any] = FULL) -> Session:
    session = Session()
    await session.initialize({**capabilities, "notebookDocument": {"synchronization": {}}})
    session.server.use(Assistant(Settings()))
    cells = [cell(number, (kinds or (2,) * len(texts))[number]) for number in range(len(texts))]
    session.notify(
        "notebookDocument/didOpen",
        {
            "notebookDocument": {"uri": NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": cells},
            "cellTextDocuments": list(texts),
        },
    )
    return session


def changed(session: Session, **cells: object) -> None:
    document = {"uri": NOTEBOOK, "version": 2}
    session.notify("notebookDocument/didChange", {"notebookDocument": document, "change": {"cells": cells}})


async def complete(session: Session, number: int, line: int, character: int) -> Any:
    where = {"textDocument": {"uri": uri(number)}, "position": {"line": line, "character": character}}
    answer = await session.result("textDocument/inlineCompletion", {**where, "context": {"triggerKind": 2}})
    return [(item["insertText"], item["range"]["start"]) for item in answer["items"]]


async def hover(session: Session, number: int, character: int) -> str:
    where = {"textDocument": {"uri": uri(number)}, "position": {"line": 0, "character": character}}
    answer = await session.result("textDocument/hover", where)
    return answer["contents"]["value"] + f"\nrange {answer['range']['start']}" if answer else ""


async def test_notebooks_are_asked_for() -> None:
    session = Session()
    capabilities = await session.initialize({**FULL, "notebookDocument": {"synchronization": {}}})
    assert capabilities["notebookDocumentSync"] == {"notebookSelector": [{"notebook": "*"}], "save": False}


async def test_a_cell_is_completed_with_what_another_cell_says() -> None:
    session = await notebook(text(0, FETCHES), text(1, ASKS))
    expected = [("return [dict(row) for row in rows][:limit]", {"line": 2, "character": 4})]
    assert await complete(session, 1, 2, 4) == expected


async def test_the_popup_of_a_cell_knows_what_another_cell_says() -> None:
    session = await notebook(text(0, FETCHES), text(1, ASKS), capabilities={})
    where = {"textDocument": {"uri": uri(1)}, "position": {"line": 2, "character": 4}}
    (item,) = (await session.result("textDocument/completion", where))["items"]
    cursor = {"line": 2, "character": 4}
    expected = {"range": {"start": cursor, "end": cursor}, "newText": "return [dict(row) for row in rows][:limit]"}
    assert item["textEdit"] == expected


async def test_cells_of_another_language_and_cells_for_people_say_nothing() -> None:
    session = await notebook(
        text(0, FETCHES, "markdown"), text(1, ASKS), text(2, "%%bash\n" + FETCHES), kinds=(1, 2, 2)
    )
    assert await complete(session, 1, 2, 4) == []
    assert [page.source.text for page in session.server.notebooks.pages()] == [ASKS + "\n"]


async def test_a_hover_finds_what_an_earlier_cell_defines() -> None:
    session = await notebook(
        text(0, "# Shapes", "markdown"), text(1, DEFINES), text(2, "print(area(2))"), kinds=(1, 2, 2)
    )
    assert await hover(session, 2, 7) == (
        "```python\ndef area(radius)\n```\n\n---\n\nThe area of a circle.\n\n---\n\n"
        "*function, report.ipynb cell 2, line 2; named 2 times in this file*\nrange {'line': 0, 'character': 6}"
    )


async def test_a_cell_that_is_too_large_is_on_no_page() -> None:
    session = await notebook(text(0, "a"), text(1, "#" * (LARGEST + 1)), text(2, "b"))
    assert [page.source.text for page in session.server.notebooks.pages()] == ["a\nb\n"]


async def test_what_a_notebook_says_to_its_kernel_is_a_comment() -> None:
    session = await notebook(text(0, "!ls\n%matplotlib inline\nx = 5 %3\n"))
    assert [page.source.text for page in session.server.notebooks.pages()] == ["#ls\n#matplotlib inline\nx = 5 %3\n\n"]


async def test_cells_that_come_move_change_and_go_are_followed() -> None:
    session = await notebook(text(0, "a"), text(1, "b"))

    def page() -> str:
        return "".join(one.source.text for one in session.server.notebooks.pages())

    array = {"start": 1, "deleteCount": 0, "cells": [cell(2)]}
    changed(session, structure={"array": array, "didOpen": [text(2, "new")]})
    assert page() == "a\nnew\nb\n"
    edit = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 1}}, "text": "A"}
    changed(session, textContent=[{"document": {"uri": uri(0), "version": 2}, "changes": [edit]}])
    assert page() == "A\nnew\nb\n"
    changed(session, structure={"array": {"start": 0, "deleteCount": 2, "cells": [cell(2), cell(0)]}})
    assert page() == "new\nA\nb\n"
    changed(session, structure={"array": {"start": 0, "deleteCount": 1}, "didClose": [{"uri": uri(2)}]})
    assert page() == "A\nb\n"


async def test_a_cell_that_becomes_text_for_people_leaves_the_page() -> None:
    session = await notebook(text(0, "a"), text(1, "b"))
    changed(session, data=[cell(0, kind=1)])
    assert [page.source.text for page in session.server.notebooks.pages()] == ["b\n"]
    changed(session, data=[cell(0), cell(7)])
    assert [page.source.text for page in session.server.notebooks.pages()] == ["a\nb\n"]


async def test_a_closed_notebook_is_forgotten() -> None:
    session = await notebook(text(0, FETCHES), text(1, ASKS))
    assert await complete(session, 1, 2, 4) != []
    closed = {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": [{"uri": uri(0)}, {"uri": uri(1)}]}
    session.notify("notebookDocument/didClose", closed)
    assert await complete(session, 1, 2, 4) == []
    assert list(session.server.notebooks.pages()) == []
    assert list(session.server.documents) == []
