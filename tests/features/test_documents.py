"""`document` on functions of each language, with answers of a model: what reaches the file, and what does not."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from golden_files import check_golden
from phi_ls.features.actions import Edited, Preview, run
from phi_ls.features.assistant import Assistant
from phi_ls.features.trust import applied
from phi_ls.journal import Journal
from phi_ls.settings import resolve
from phi_ls.syntax import errors_in, parse, symbols
from phi_ls.text import Source, Span, split_lines

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.e2e

FOLDER = Path(__file__).parent / "documents"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.toml"))


def functions(language: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["function"]
    return found


def source_of(language: str, function: dict[str, str], kind: str) -> Source:
    text = (function.get("style", "") + function["code"]).lstrip("\n")
    return Source(f"file:///project/{function['name']}.{kind}", language, 1, text)


def named(source: Source, name: str) -> Span:
    tree = parse(source)
    assert tree is not None
    assert errors_in(tree) == 0, name
    symbol = [one for one in symbols(tree) if one.name == name][-1]
    return Span(symbol.name_span.start, symbol.name_span.start)


@pytest.fixture(params=LANGUAGES)
async def playing(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, Assistant]]:
    """A language, and an assistant whose model answers as it is recorded, by the name of the file."""
    rules = []
    for function in functions(request.param):
        file = re.escape(function["name"])
        again = rf"(?s)From {file}\.late:.*That cannot be used: it "
        rules.append({"when": again, "text": function["good"]})
        for kind, answer in (("good", "good"), ("bad", "bad"), ("late", "bad")):
            rules.append({"when": rf"From {file}\.{kind}:", "text": function[answer]})
    file = tmp_path / "script.json"
    file.write_text(json.dumps({"rules": rules, "default": "unasked"}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(file))
    settings, problems = resolve([{"backend": "scripted"}])
    assert problems == []
    assistant = Assistant(settings, Journal(""))
    await assistant.start()
    try:
        yield request.param, assistant
    finally:
        await assistant.close()


async def documented(assistant: Assistant, language: str, function: dict[str, str], kind: str) -> Any:
    source = source_of(language, function, kind)
    return await run(assistant, "document", source, named(source, function["name"]), lambda _text: None)


async def test_only_documentation_reaches_a_file_and_the_rest_is_shown_with_its_reason(
    playing: tuple[str, Assistant],
) -> None:
    language, assistant = playing
    told: list[str] = []
    assert sum(bool(function["good"]) for function in functions(language)) == 10
    for function in functions(language):
        told.append(f"======== {function['name']}")
        if function["good"]:
            good = await documented(assistant, language, function, "good")
            assert isinstance(good, Edited), good
            told += [changes(good), "-------- bad"]
            late = await documented(assistant, language, function, "late")
            assert isinstance(late, Edited)
            assert late.edits == good.edits
        bad = await documented(assistant, language, function, "bad")
        assert isinstance(bad, Preview)
        told.append(f"the answer {bad.reason}")
        assert f"Nothing was changed: the answer {bad.reason}." in bad.markdown
    check_golden(f"documents/{language}.txt", "\n".join(told) + "\n")


def changes(edited: Edited) -> str:
    """The lines that an edit adds and takes away; nothing but comments and docstrings may be among them."""
    before, after = edited.source, applied(edited.source, edited.edits)
    ended = {line[len(line.rstrip("\r\n")) :] for line in split_lines(after.text)}
    assert ended <= {before.line_end, ""}
    lines = difflib.unified_diff(before.text.splitlines(), after.text.splitlines(), lineterm="", n=1)
    return "\n".join(line for line in list(lines)[3:])
