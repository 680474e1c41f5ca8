"""The commands at work, with the scripted engine: what they print and what they change."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from phi_ls.cli import main
from phi_ls.text import Source

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

CODE = "def add(a, b):\n    \n\n\ndef sub(a, b):\n    return a - b\n"
DOCUMENTED = 'def sub(a, b):\n    """Subtract b from a."""\n    return a - b\n'


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Python file, and a scripted engine that knows it."""
    script = {
        "rules": [
            {"when": "(?i)docstring|document", "text": "Subtract b from a."},
            {"when": "(?i)explain", "text": "It subtracts."},
        ],
        "default": "return a + b\n",
    }
    (tmp_path / "script.json").write_text(json.dumps(script))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    path = tmp_path / "code.py"
    path.write_bytes(CODE.encode())
    return path


def test_complete_prints_a_record_that_others_can_read(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["complete", str(file), "--at", "2:5", "--backend", "scripted", "--json"]) == 0
    record: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (record["text"], record["source"]) == ("return a + b", "model")
    assert record["range"] == {"start": {"line": 2, "column": 5}, "end": {"line": 2, "column": 5}}
    assert (record["backend"], record["engine"], record["model"]) == ("scripted", "scripted", "scripted")
    assert sorted(record["tokens"]) == ["new", "prefilled", "prompt", "reused"]
    assert sorted(record["ms"]) == ["context", "engine", "first_token", "queue", "total"]
    assert record["tokens"]["prompt"] == record["tokens"]["prefilled"] > 0


def test_nothing_to_offer_names_its_gate(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHI_LS_SCRIPT", "")
    (file.parent / "empty.json").write_text('{"default": ""}')
    monkeypatch.setenv("PHI_LS_SCRIPT", str(file.parent / "empty.json"))
    assert main(["complete", str(file), "--at", "2:5", "--backend", "scripted", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["text"], record["gate"]) == ("", "the model had nothing to add")


def test_explain_prints_markdown_and_says_who_speaks(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(file), "--at", "5:6", "--backend", "scripted"]) == 0
    out, err = capsys.readouterr()
    assert out == ("# `sub`\n\n```python\ndef sub(a, b)\n```\n\nIt subtracts.\n\n---\n*scripted, on this machine*\n")
    assert err.startswith("scripted on scripted, scripted: ")


def test_a_documentation_can_be_shown_as_a_diff_that_patch_applies(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["act", "document", str(file), "--lines", "5-6", "--backend", "scripted", "--diff"]) == 0
    change = capsys.readouterr().out
    assert file.read_bytes().decode() == CODE
    subprocess.run(["patch", str(file)], input=change, text=True, check=True, capture_output=True)
    assert file.read_text().endswith(DOCUMENTED)


def test_a_documentation_can_be_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["act", "document", str(file), "--lines", "5-6", "--backend", "scripted", "--write"]) == 0
    assert capsys.readouterr().out == f"{file}: Document sub\n"
    assert file.read_bytes().decode() == CODE.replace("def sub(a, b):\n    return a - b\n", DOCUMENTED)


def test_an_edit_as_json_has_its_range(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["act", "document", str(file), "--lines", "5-6", "--backend", "scripted", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["answer"] == "Subtract b from a."
    (edit,) = record["edits"]
    assert edit["range"]["start"] == {"line": 6, "column": 5}
    assert Source("", "python", 0, edit["text"]).line_text(0) == '"""Subtract b from a."""'


def test_the_doctor_explains_the_choice(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--json"])
    facts = json.loads(capsys.readouterr().out)
    assert code == (0 if facts["chosen"] else 1)
    assert facts["hardware"]["memory_mib"] > 0
    states = {candidate["state"] for candidate in facts["candidates"]}
    assert states <= {"chosen", "ready", "refused", "broken", "not-installed"}
    assert all(candidate["reason"] for candidate in facts["candidates"])
    assert main(["doctor"]) == code
    text = capsys.readouterr().out
    assert f"chosen      {facts['chosen'] or 'none'}" in text
