"""Actions that answer, make a file or suggest, and the user's own, on the scripted engine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from features.acting import CODE, act, playing, text_after
from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions import Answer, Created, Edited, Names, Preview, available, run
from phi_ls.features.assistant import Assistant
from phi_ls.prompt import profile
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


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
