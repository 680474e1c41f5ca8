"""Problems with tests of their own: read, filled by the scripted engine, judged in the sandbox."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from phi_ls.cli import main
from phi_ls.errors import UsageError
from phi_ls.evaluation.eval.humaneval import is_dataset, read_problems

DATASET = Path(__file__).with_name("infilling.jsonl")
RULES = {
    "def add_all": "        total += number",
    "def largest": "    return min(numbers)",
    "def count_down": "        number -= 0",
    "def greet": "    import socket; name = name.strip() if socket.socket() else name.strip()",
    "def keep": '    open("../kept", "w").write(text)',
    "def double": "ber",
}


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that writes one right line, one wrong one, and three that must be stopped."""
    rules = [{"when": when, "text": text} for when, text in RULES.items()]
    (tmp_path / "script.json").write_text(json.dumps({"rules": rules}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    monkeypatch.setattr("phi_ls.evaluation.eval.sandbox.SECONDS", 1.0)


def test_the_reference_solution_fills_its_hole() -> None:
    for problem in read_problems(DATASET):
        reference = f"{problem.prompt}{problem.canonical_solution}{problem.suffix}"
        assert problem.program(problem.truth).startswith(reference)


def test_the_cursor_is_indented_as_an_editor_does_it() -> None:
    problems = read_problems(DATASET)
    assert [problem.indentation for problem in problems] == [" " * width for width in (8, 4, 8, 4, 4, 0)]
    assert [problem.takes_lines for problem in problems] == [True] * 5 + [False]


def test_a_gzipped_file_is_read_as_well(tmp_path: Path) -> None:
    packed = tmp_path / "infilling.jsonl.gz"
    packed.write_bytes(gzip.compress(DATASET.read_bytes()))
    assert is_dataset(packed)
    assert read_problems(packed) == read_problems(DATASET)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "found none in bad.jsonl", id="empty"),
        pytest.param(b'{"task_id": "a"}\n', "bad.jsonl, line 1: wanted an object with task_id, ", id="field-missing"),
        pytest.param(b"\n[1]\n", "bad.jsonl, line 2: wanted an object", id="no-object"),
        pytest.param(b"\xff", "wanted problems in HumanEval-Infilling's format", id="no-text"),
    ],
)
def test_another_file_is_refused_with_its_line(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read_problems(tmp_path / "bad.jsonl")


@pytest.mark.e2e
@pytest.mark.usefixtures("script")
def test_every_problem_is_judged_by_its_tests(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["eval", str(DATASET), "--backend", "scripted", "--baselines", "--json"]) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    outcomes = {p["task_id"].rsplit("/", 1)[1]: p["outcome"] for p in report["problems"] if p["system"] == "model"}
    assert outcomes == {"0": "passed", "1": "failed", "2": "timeout", "3": "refused", "4": "refused", "5": "passed"}
    assert report["by_kind"]["SingleLineInfilling"]["pass_at_1"] == 0.2
    assert report["by_kind"]["RandomSpanInfilling"]["pass_at_1"] == 1.0
    assert report["by_kind"]["all"]["pass_at_1"] == pytest.approx(2 / 6, abs=1e-4)
    assert report["baselines"]["empty"]["by_kind"]["all"]["pass_at_1"] == pytest.approx(1 / 6, abs=1e-4)
    assert not list(tmp_path.parent.rglob("kept"))


@pytest.mark.e2e
@pytest.mark.usefixtures("script")
def test_the_table_has_the_share_that_passed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(DATASET), "--holes", "2", "--backend", "scripted"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("all, 2"))
    assert lines[head].endswith("pass@1")
    assert lines[head + 1].startswith("  model ")
    assert lines[head + 1].endswith(" 50.0 %")
    assert err == ""
