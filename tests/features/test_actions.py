"""Every action on the scripted engine: what it changes, and what it only shows."""

from __future__ import annotations

import asyncio
import json
import subprocess
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from marked import marked
from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions import (
    Answer,
    Created,
    Edited,
    Names,
    Preview,
    Result,
    available,
    explain_symbol,
    run,
)
from phi_ls.features.actions.commit import message_in, reduced_diff
from phi_ls.features.actions.names import in_style_of, usable
from phi_ls.features.actions.plan import plan_for
from phi_ls.features.ahead import Ahead
from phi_ls.features.assistant import Assistant
from phi_ls.features.hover import explanation_key
from phi_ls.features.trust import applied
from phi_ls.inference.schedule import Rank
from phi_ls.journal import Journal
from phi_ls.prompt import profile
from phi_ls.settings import resolve
from phi_ls.syntax import parse, symbols
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@asynccontextmanager
async def playing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: str, settings: dict[str, Any] | None = None, **script: Any
) -> AsyncGenerator[Assistant, None]:
    """An assistant whose model gives the first answer, then the second one when it is told what was wrong."""
    rules = [{"when": "That cannot be used", "text": answers[-1]}]
    (folder / "script.json").write_text(json.dumps({"rules": rules, "default": answers[0], **script}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(folder / "script.json"))
    resolved, problems = resolve([{"backend": "scripted"}, settings or {}])
    assert problems == []
    assistant = Assistant(resolved, Journal(str(folder / "journal")))
    await assistant.start()
    try:
        yield assistant
    finally:
        await assistant.close()
        assistant.journal.close()


CODE = marked(
    "def to$0tal(items, start=0):\n    # all of them\n    for item in items:\n        start += item\n    return start\n"
)


async def act(assistant: Assistant, action: str, source: Source | None = None, **more: Any) -> Result:
    return await run(assistant, action, source or CODE.source(), CODE.selection, lambda _text: None, **more)


def text_after(result: Result) -> str:
    assert isinstance(result, Edited), result
    return applied(result.source, result.edits).text


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


async def test_an_error_is_explained_with_its_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path, monkeypatch, "A text is no number.") as assistant:
        result = await act(assistant, "explainError", problems=("line 4: bad\nvery bad",))
        assert isinstance(result, Answer)
        assert result.markdown == (
            "# Problem\n\n> line 4: bad\n> very bad\n\nA text is no number.\n\n---\n*scripted, on this machine*\n"
        )


async def test_tests_go_where_the_project_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[project.optional-dependencies]\ndev = ['pytest']\n")
    (tmp_path / "tests").mkdir()
    source = Source((tmp_path / "sums.py").as_uri(), "python", 1, CODE.text)
    good = "from sums import total\n\n\ndef test_total():\n    assert total([1]) == 1\n"
    async with playing(tmp_path, monkeypatch, good) as assistant:
        result = await act(assistant, "tests", source)
        assert isinstance(result, Created)
        assert (result.path, result.text) == (tmp_path / "tests" / "test_sums.py", good)
        assert "Use pytest. Import from `sums`." in assistant.last_prompt
        result.path.write_text("")
        again = await act(assistant, "tests", source)
        assert isinstance(again, Preview)
        assert again.reason == "would replace test_sums.py, which is there already"
    async with playing(tmp_path, monkeypatch, "def test(:", "def test(): ...") as assistant:
        broken = await act(assistant, "tests", Source((tmp_path / "b.py").as_uri(), "python", 1, CODE.text))
        assert isinstance(broken, Preview)
        assert broken.reason == "does not test total"


async def test_names_are_suggested_in_the_style_of_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path, monkeypatch, "1. `sumOfItems`\n2. total\n- addUp: because it adds\n") as assistant:
        result = await act(assistant, "rename")
        assert isinstance(result, Names)
        assert (result.name, result.names, result.offset) == ("total", ("sum_of_items", "add_up"), 4)
    async with playing(tmp_path, monkeypatch, "total\nitems\n") as assistant:
        with pytest.raises(GenerationFailed, match="the model knew no better name for total"):
            await act(assistant, "rename")


async def test_a_commit_message_is_of_what_is_staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    source = Source((tmp_path / "a.py").as_uri(), "python", 1, CODE.text)
    async with playing(tmp_path, monkeypatch, '```\n"Add the sum.\nOf all items."\n```') as assistant:
        with pytest.raises(UsageError, match=r"wanted the staged changes of .*, found that git says: fatal: not a git"):
            await act(assistant, "commitMessage", source)
        git("init", "-q")
        with pytest.raises(UsageError, match="wanted staged changes, found none"):
            await act(assistant, "commitMessage", source)
        (tmp_path / "a.py").write_text(CODE.text)
        git("add", "a.py")
        result = await act(assistant, "commitMessage", source)
        assert isinstance(result, Answer)
        assert result.plain == "Add the sum\n\nOf all items."
        assert "+def total(items, start=0):" in assistant.last_prompt


async def test_a_file_is_explained_by_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [{"when": "These are its parts", "text": "It counts."}, {"when": "def one", "text": "It is one."}]
    async with playing(tmp_path, monkeypatch, "It is two.", rules=rules) as assistant:
        source = Source("file:///a.py", "python", 1, "def one():\n    return 1\n\n\ndef two():\n    return 2\n")
        told: list[str] = []
        result = await run(assistant, "explainFile", source, Span(0, 0), told.append)
        assert isinstance(result, Answer)
        assert result.markdown.startswith(
            "# a.py\n\nIt counts.\n\n- `def one()`: It is one.\n- `def two()`: It is two.\n\n---\n"
        )
        assert told[0] == "1 of 2: one"


OWN = {
    "actions": [
        {"title": "Translate", "prompt": "Say what ${symbol} in ${file} does, in French.\n${selection}"},
        {"title": "Log", "prompt": "Add a log line.\n${selection}", "result": "edit"},
        {"title": "Twin", "prompt": "Write ${symbol} once more.", "result": "insert"},
        {"title": "Docs", "prompt": "Write a page on ${selection}", "result": "file", "file": "page.md"},
    ]
}


@pytest.mark.parametrize(
    ("title", "answer", "outcome"),
    [
        pytest.param("Translate", "Il additionne.", "Il additionne.", id="answer"),
        pytest.param("Log", CODE.text.replace("    return", "    log(1)\n    return"), "log(1)", id="edit"),
        pytest.param("Log", "def nothing(): ...", "preview: would take away total", id="bad-edit"),
        pytest.param("Twin", "\n\ndef total2(items): ...\n", "return start\ndef total2(items): ...", id="insert"),
        pytest.param("Docs", "# Page", "page.md: # Page\n", id="file"),
    ],
)
async def test_an_action_of_the_users_own(
    title: str, answer: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Source((tmp_path / "sums.py").as_uri(), "python", 1, CODE.text)
    async with playing(tmp_path, monkeypatch, answer, settings=OWN) as assistant:
        match await act(assistant, f"own:{title}", source):
            case Answer(plain=text):
                found = text
                asked = "Say what total in sums.py does, in French.\ndef total(items"
                assert asked in assistant.last_prompt
            case Edited() as edited:
                found = text_after(edited)
            case Created(path=path, text=text):
                found = f"{path.name}: {text}"
            case Preview(reason=reason):
                found = f"preview: {reason}"
            case other:
                raise AssertionError(other)
    assert outcome in found


async def test_a_model_that_follows_no_instructions_is_not_offered_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path, monkeypatch, "x", settings=OWN) as assistant:
        await assistant.supervisor.client()
        source = CODE.source()
        offered = [action.id for action in available(assistant, source, CODE.selection, problems=1)]
        assert offered == [
            "explain", "document", "explainError", "fix", "addTypes", "simplify", "tests", "rename",
            "own:Translate", "own:Log", "own:Twin", "own:Docs",
        ]  # fmt: skip
        monkeypatch.setattr(Assistant, "profile", profile("starter"))
        offered = [action.id for action in available(assistant, source, CODE.selection, problems=1)]
        assert offered == ["explain", "document"]
        with pytest.raises(UsageError, match="wanted a model that was taught to follow instructions"):
            await act(assistant, "simplify")


async def test_explanations_are_made_ahead_on_mains_power_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plugged = False
    source = CODE.source()
    tree = parse(source)
    assert tree is not None
    async with playing(tmp_path, monkeypatch, "It adds.", settings={"hover": {"mode": "auto"}}) as assistant:
        await assistant.supervisor.client()
        assistant.open_sources = lambda: (source,)
        assistant.explanations.clear()
        ahead = Ahead(assistant, quiet_seconds=0.02, mains=lambda: plugged)
        working = asyncio.create_task(ahead.work())

        async def explained() -> bool:
            card = await ahead.hover(source, CODE.cursor) if not working.done() else None
            return card is not None and card.explanation == "It adds."

        key = explanation_key(assistant, source, symbols(tree)[0])
        await asyncio.sleep(0.2)
        assert assistant.explanation(key) is None
        plugged = True
        async with asyncio.timeout(30):
            while assistant.explanation(key) is None:  # noqa: ASYNC110 - what is kept has no event
                await asyncio.sleep(0.02)
        assert await explained()
        working.cancel()


async def test_a_hover_in_auto_mode_waits_no_longer_than_its_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"hover": {"mode": "auto", "deadlineMs": 200}}
    slow = {"token_ms": 150}
    async with playing(tmp_path, monkeypatch, "It adds all.", settings=settings, **slow) as assistant:
        await assistant.supervisor.client()
        assistant.explanations.clear()
        ahead = Ahead(assistant)
        card = await ahead.hover(CODE.source(), CODE.cursor)
        assert card is not None
        assert card.explanation is None
        async with asyncio.timeout(30):
            while card is None or card.explanation is None:
                card = await ahead.hover(CODE.source(), CODE.cursor)
        tree = parse(CODE.source())
        assert tree is not None
        said = await explain_symbol(assistant, CODE.source(), symbols(tree)[0], Rank.HOVER)
        assert said == "It adds all."
        await ahead.close()
        journal = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
        assert sum(entry["event"] == "generation" and entry["state"] == "asked" for entry in journal) == 1


@pytest.mark.parametrize(
    ("name", "model", "styled"),
    [
        ("SumOfItems", "total", "sum_of_items"),
        ("sum_of_items", "totalSum", "sumOfItems"),
        ("sumOfItems", "Total", "SumOfItems"),
        ("sumOf", "TOTAL_SUM", "SUM_OF"),
        ("sumOf", "_total", "_sum_of"),
        ("HTTPServer2", "a_b", "http_server_2"),
    ],
)
def test_a_name_is_written_as_the_old_one_is(name: str, model: str, styled: str) -> None:
    assert in_style_of(name, model) == styled


def test_names_that_are_taken_or_keywords_are_left_out() -> None:
    assert usable("return\nitems\nsize\nsize\n", "total", "def total(items): ...") == ("size",)


@pytest.mark.parametrize(
    ("files", "path", "language", "plan"),
    [
        pytest.param({}, "a.py", "python", ("unittest", "test_a.py"), id="python"),
        pytest.param({"tests/conftest.py": ""}, "src/a.py", "python", ("unittest", "src/test_a.py"), id="no-project"),
        pytest.param(
            {"pyproject.toml": "pytest", "tests/conftest.py": ""},
            "src/a.py",
            "python",
            ("pytest", "tests/test_a.py"),
            id="pytest",
        ),
        pytest.param(
            {"package.json": '{"devDependencies": {"vitest": "1"}}'},
            "src/a.ts",
            "typescript",
            ("vitest", "src/a.test.ts"),
            id="vitest",
        ),
        pytest.param({}, "a.js", "javascript", ("node:test", "a.test.js"), id="node"),
        pytest.param({}, "a.go", "go", ("the testing package of Go", "a_test.go"), id="go"),
        pytest.param(
            {"pom.xml": "junit-jupiter"},
            "src/main/java/x/A.java",
            "java",
            ("JUnit 5", "src/test/java/x/ATest.java"),
            id="java",
        ),
        pytest.param(
            {"Cargo.toml": '[package]\nname = "my-crate"\n'},
            "src/lib.rs",
            "rust",
            ("the test attribute of Rust", "tests/lib.rs"),
            id="rust",
        ),
    ],
)
def test_the_project_says_how_it_is_tested(
    files: dict[str, str], path: str, language: str, plan: tuple[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = plan_for(tmp_path / path, language)
    assert found is not None
    assert (found.framework, found.path.relative_to(tmp_path).as_posix()) == plan


def test_a_long_diff_shows_every_file() -> None:
    piece = "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n" + "+line\n" * 100
    shown = reduced_diff(piece.format("one") + piece.format("two") + piece.format("three"), 600)
    assert len(shown) < 900
    assert [line for line in shown.splitlines() if line.startswith("diff")] == [
        f"diff --git a/{name} b/{name}" for name in ("one", "two", "three")
    ]


def test_a_message_has_a_first_line_of_its_own() -> None:
    assert message_in("Add it.\nBecause.\n") == "Add it\n\nBecause."
