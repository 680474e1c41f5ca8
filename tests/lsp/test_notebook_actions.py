"""Actions in a notebook: the model sees what other cells define, and only the cell that was asked in is changed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lsp.test_acting import EDITING, OWN_PANEL, acting, sent
from lsp.test_notebooks import NOTEBOOK, cell, text, uri

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from lsp.session import Session

pytestmark = pytest.mark.e2e

AREA = "def area(radius):\n    return 3 * radius * radius"
VOLUME = "%matplotlib inline\ndef volume(radius, height):\n    return area(radius) * height"
USES = "%matplotlib inline\nprint(area(2))\nwhole = 1 + 1"
ALL = {"workspace": EDITING}
HOVERS = {"textDocument": {"hover": {"contentFormat": ["markdown"]}}}


@asynccontextmanager
async def notebook(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    *cells: str,
    capabilities: dict[str, Any] = ALL,
) -> AsyncGenerator[Session, None]:
    """A notebook of Python cells, and a model that gives this answer and has explained nothing yet."""
    async with acting(folder, monkeypatch, answer, capabilities) as session:
        assert session.server.assistant is not None
        session.server.assistant.explanations.clear()
        document = {
            "uri": NOTEBOOK,
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [cell(number) for number in range(len(cells))],
        }
        texts = [text(number, content) for number, content in enumerate(cells)]
        session.notify("notebookDocument/didOpen", {"notebookDocument": document, "cellTextDocuments": texts})
        yield session


def place(line: int, character: int, to: tuple[int, int] | None = None) -> dict[str, Any]:
    end = to or (line, character)
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end[0], "character": end[1]},
    }


def command(action: str, number: int, area: dict[str, Any], **more: Any) -> dict[str, Any]:
    argument = {"uri": uri(number), "range": area, "version": 1, **more}
    return {"command": f"phi.server.{action}", "arguments": [argument]}


async def run(session: Session, action: str, number: int, area: dict[str, Any], **more: Any) -> Any:
    return await session.result("workspace/executeCommand", command(action, number, area, **more))


async def offered(session: Session, number: int, area: dict[str, Any]) -> list[str]:
    params = {"textDocument": {"uri": uri(number)}, "range": area, "context": {"diagnostics": []}}
    found = await session.result("textDocument/codeAction", params)
    return [action["title"].removesuffix(" with phi-ls") for action in found]


def changes(session: Session) -> list[tuple[dict[str, Any], list[tuple[dict[str, Any], str]]]]:
    """Each document that was changed, with the places and the texts."""
    return [
        (change["textDocument"], [(edit["range"], edit["newText"]) for edit in change["edits"]])
        for applied in sent(session, "workspace/applyEdit")
        for change in applied["edit"]["documentChanges"]
    ]


def prompt(session: Session) -> str:
    assert session.server.assistant is not None
    return session.server.assistant.last_prompt


async def test_an_edit_is_for_the_cell_and_for_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with notebook(tmp_path, monkeypatch, "The volume of a cylinder.", AREA, VOLUME) as session:
        assert await run(session, "document", 1, place(1, 5)) == {"applied": True, "message": "Document volume"}
        expected = [(place(2, 4), '"""The volume of a cylinder."""\n    ')]
        assert changes(session) == [({"uri": uri(1), "version": 1}, expected)]


async def test_an_explanation_knows_what_another_cell_defines_and_is_kept_for_hovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with notebook(
        tmp_path, monkeypatch, "It multiplies.", AREA, VOLUME, capabilities={**OWN_PANEL, **HOVERS}
    ) as session:
        told = await run(session, "explain", 1, place(1, 5))
        assert "def area(radius)" in prompt(session)
        assert told["code"] == {"uri": uri(1), "range": place(1, 0, (2, 32))}
        where = {"textDocument": {"uri": uri(1)}, "position": {"line": 1, "character": 5}}
        hover = await session.result("textDocument/hover", where)
        assert "It multiplies." in hover["contents"]["value"]


async def test_a_name_that_another_cell_defines_can_be_explained_but_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with notebook(tmp_path, monkeypatch, "It multiplies.", AREA, USES, capabilities=OWN_PANEL) as session:
        assert await offered(session, 1, place(1, 7)) == ["Explain"]
        assert (await run(session, "explain", 1, place(1, 7)))["title"] == "Explanation of area"
        for action in ("document", "simplify", "rename"):
            refused = await session.error("workspace/executeCommand", command(action, 1, place(1, 7)))
            assert refused == (-32803, "area is defined in another cell; ask there")
        assert changes(session) == []


async def test_a_notebook_has_no_tests_that_could_import_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with notebook(tmp_path, monkeypatch, "", AREA) as session:
        assert "Write tests" not in await offered(session, 0, place(0, 5))
        code, message = await session.error("workspace/executeCommand", command("tests", 0, place(0, 5)))
        assert (code, message) == (
            -32803,
            "tests import what they test, and a notebook cannot be imported; move the definition into a file",
        )


async def test_a_problem_is_corrected_where_it_is_and_not_where_the_name_is_defined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with notebook(tmp_path, monkeypatch, "print(area(radius=2))", AREA, USES) as session:
        told = await run(session, "fix", 1, place(1, 7), problems=["line 2: missing argument"])
        assert told == {"applied": True, "message": "Fix a problem in the selection"}
        assert changes(session) == [({"uri": uri(1), "version": 1}, [(place(1, 0, (1, 14)), "print(area(radius=2))")])]


async def test_names_are_for_the_place_in_the_cell_and_none_that_another_cell_uses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with notebook(tmp_path, monkeypatch, "- area\n- cylinder_volume\n", AREA, VOLUME) as session:
        told = await run(session, "rename", 1, place(1, 5))
        assert (told["names"], told["position"]) == (["cylinder_volume"], {"line": 1, "character": 4})


async def test_what_a_notebook_says_to_its_kernel_is_never_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "# matplotlib in line\nprint(area(3))"
    async with notebook(tmp_path, monkeypatch, answer, AREA, USES) as session:
        told = await run(session, "simplify", 1, place(0, 0, (1, 14)))
        reason = "would change a line that only the notebook understands"
        assert (told["applied"], told["message"]) == (False, f"nothing was changed: the answer {reason}")
        assert f"Nothing was changed: the answer {reason}." in told["markdown"]
        assert answer in told["markdown"]
        assert changes(session) == []


async def test_a_definition_that_goes_on_in_another_cell_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "class Circle:\n    sides = 0\n    def area(self):\n        return 2\n"
    cells = ("class Circle:\n    sides = 0", "    def area(self):\n        return 1 + 1")
    async with notebook(tmp_path, monkeypatch, answer, *cells) as session:
        told = await run(session, "simplify", 0, place(0, 6))
        assert told["message"] == "nothing was changed: the answer would change another cell of the notebook"
        assert changes(session) == []


async def test_the_whole_file_of_a_cell_is_its_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with notebook(tmp_path, monkeypatch, "It computes.", AREA, VOLUME, capabilities=OWN_PANEL) as session:
        told = await run(session, "explainFile", 1, place(0, 0))
        assert told["title"] == "Explanation of report.ipynb"
        assert "- `def area(radius)`: It computes.\n- `def volume(radius, height)`: It computes.\n" in told["markdown"]
