"""Actions that change code, on the scripted engine: what reaches the file, and what is only shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from features.acting import CODE, act, playing, text_after
from marked import marked
from phi_ls.errors import UsageError
from phi_ls.features.actions import Preview, run
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


async def test_types_are_added_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = CODE.text.replace("items, start=0)", "items: list[int], start: int = 0) -> int")
    async with playing(tmp_path, monkeypatch, f"```python\n{typed}```\nI added types.") as assistant:
        assert text_after(await act(assistant, "addTypes")) == typed


async def test_what_is_told_to_be_wrong_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = CODE.text.replace("items,", "items: list[int],")
    async with playing(tmp_path, monkeypatch, typed.replace("start += item", "start = 1"), typed) as assistant:
        assert text_after(await act(assistant, "addTypes")) == typed
        assert "That cannot be used: it would change more than type annotations." in assistant.last_prompt


async def test_what_fails_twice_is_a_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path, monkeypatch, "def total(items: list:\n    pass\n") as assistant:
        result = await act(assistant, "addTypes")
        assert isinstance(result, Preview)
        assert result.reason == "would add a syntax error"
        assert result.markdown == (
            "# Add types to total\n\nNothing was changed: the answer would add a syntax error.\n\n"
            "```python\ndef total(items: list:\n    pass\n```\n"
        )


async def test_a_fix_changes_the_lines_that_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = CODE.text.replace("# all of them", "# every one").replace("start += item", "start += int(item)")
    async with playing(tmp_path, monkeypatch, f"```\n{written}```") as assistant:
        result = await act(assistant, "fix", problems=("line 4: unsupported operand",))
        assert text_after(result) == CODE.text.replace("start += item", "start += int(item)")
        assert "Problem: line 4: unsupported operand" in assistant.last_prompt
        with pytest.raises(UsageError, match="wanted a problem to fix, found none here"):
            await act(assistant, "fix")


async def test_a_simplification_of_a_method_keeps_its_indentation_and_its_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = marked(
        "class A:\r\n    def to$0tal(self):\r\n        x = 1\r\n        return x\r\n\r\n    def other(self): ...\r\n"
    )
    async with playing(tmp_path, monkeypatch, "def total(self):\n    return 1", "def sum(self):\n    return 1") as one:
        result = await run(one, "simplify", m.source(), m.selection, lambda _text: None)
        assert text_after(result) == m.text.replace("x = 1\r\n        return x", "return 1")
    async with playing(tmp_path, monkeypatch, "def sum(self):\n    return 1") as one:
        result = await run(one, "simplify", m.source(), m.selection, lambda _text: None)
        assert isinstance(result, Preview)
        assert result.reason == "would take away total"


async def test_a_change_follows_an_instruction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = "def total(items, start=0):\n    return start + sum(items)\n"
    async with playing(tmp_path, monkeypatch, written) as assistant:
        assert text_after(await act(assistant, "refactor", instruction="use sum")) == written
        assert "Instruction: use sum" in assistant.last_prompt
        with pytest.raises(UsageError, match="wanted an instruction"):
            await act(assistant, "refactor")


async def test_code_that_cannot_be_written_again_is_refused_with_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, "x") as assistant:
        source = Source("file:///a.py", "python", 1, "def f():\n" + "    call(1, 2, 3)\n" * 400)
        with pytest.raises(UsageError, match=r"at most \d+ characters, found 7"):
            await run(assistant, "simplify", source, Span(4, 4), lambda _text: None)
