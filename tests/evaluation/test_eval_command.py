"""`phi-ls eval` at work: reports, comparisons, journals and the threshold that the server takes over."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from phi_ls.cli import main
from phi_ls.evaluation.eval.sides import side
from phi_ls.features.calibration import Calibrations

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Json = Callable[..., dict[str, Any]]

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Functions that all end in the same line, and an engine that always writes another one."""
    folder = tmp_path / "project"
    folder.mkdir()
    for name in range(30):
        functions = (
            f"def step_{name}_{number}(argument_{number}):\n    value = argument_{number} * {number}\n"
            f"    return finish(value)\n\n\n"
            for number in range(6)
        )
        (folder / f"m{name}.py").write_text("".join(functions))
    script = {"default": "    raise NotImplementedError"}
    (tmp_path / "script.json").write_text(json.dumps(script))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "home"))
    return folder


@pytest.fixture
def run(project: Path, capsys: pytest.CaptureFixture[str]) -> Json:
    """Run the command with the scripted engine; its JSON."""

    def run(*arguments: str) -> dict[str, Any]:
        assert main(["eval", str(project), "--backend", "scripted", "--json", *arguments]) == 0
        document: dict[str, Any] = json.loads(capsys.readouterr().out)
        return document

    return run


def test_the_report_has_its_stable_names(run: Json) -> None:
    report = run("--holes", "24", "--kinds", "line,inside", "--baselines")
    assert {"target", "seed", "holes", "by_kind", "by_language", "as_shown", "baselines", "ms", "calibration"} <= set(
        report
    )
    assert (report["holes"], report["backend"], report["model"]) == (24, "scripted", "scripted")
    assert list(report["by_kind"]) == ["line", "inside", "all"]
    row = report["by_kind"]["line"]
    assert {"n", "exact_match", "edit_similarity", "parse_rate", "completed_characters", "ci", "ms"} <= set(row)
    assert row["ci"]["exact_match"][0] <= row["exact_match"] <= row["ci"]["exact_match"][1]
    assert list(report["baselines"]) == ["empty", "previous line", "lookup in the file", "lookup"]
    assert report["baselines"]["empty"]["by_kind"]["all"]["exact_match"] == 0
    assert report["as_shown"]["by_kind"]["all"]["parse_rate"] == 1.0


def test_lookup_does_not_mask_the_model_and_is_shown_first(run: Json) -> None:
    report = run("--holes", "12", "--kinds", "inside", "--baselines")
    model, shown = report["by_kind"]["inside"], report["as_shown"]
    assert model["exact_match"] == 0.0
    assert shown["by_kind"]["inside"]["exact_match"] > 0.3
    assert shown["sources"]["lookup"] > 0
    lookup = report["baselines"]["lookup"]["by_kind"]["inside"]
    assert lookup["exact_match"] >= shown["by_kind"]["inside"]["exact_match"]


def test_the_same_seed_gives_the_same_figures(run: Json) -> None:
    def figures() -> dict[str, Any]:
        report = run("--holes", "12", "--seed", "3", "--baselines")
        rows = [report["by_kind"], report["as_shown"]["by_kind"], report["baselines"]["lookup"]["by_kind"]]
        return {
            f"{number} {kind}": {**row, "ms": 0} for number, rows_ in enumerate(rows) for kind, row in rows_.items()
        }

    assert figures() == figures()


def test_two_settings_are_compared_over_the_same_holes(run: Json) -> None:
    report = run("--holes", "12", "--kinds", "inside", "--compare", "inlineCompletion.lookup=false", "scripted")
    assert list(report["sides"]) == ["inlineCompletion.lookup=false", "scripted"]
    shown = report["differences"]["as shown"]["all"]
    assert shown["n"] == 12
    assert shown["exact_match"]["ci"][0] > 0
    assert shown["same_text"] < 1
    model = report["differences"]["model"]["all"]
    assert model["exact_match"] == {"mean": 0.0, "ci": [0.0, 0.0]}
    assert model["same_text"] == 1.0


def test_differences_are_printed_with_their_intervals(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = ["inlineCompletion.lookup=false", "scripted"]
    assert main(["eval", str(project), "--backend", "scripted", "--holes", "8", "--compare", *sides]) == 0
    out = capsys.readouterr().out
    assert "== scripted ==" in out
    assert "scripted less inlineCompletion.lookup=false, as shown" in out
    assert "exact match, points" in out


def test_a_run_that_was_broken_off_goes_on_with_its_answers(
    run: Json, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = tmp_path / "journal.jsonl"
    whole = run("--holes", "8", "--resume", str(journal))
    lines = journal.read_text().splitlines()
    assert [next(iter(json.loads(line))) for line in lines[:3]] == ["format", "who", "side"]
    journal.write_text("\n".join(lines[:9]) + "\n" + lines[9][:40])
    assert run("--holes", "8", "--resume", str(journal))["by_kind"]["all"]["n"] == 8
    assert len(journal.read_text().splitlines()) == len(lines) + 2
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "gone.json"))
    again = run("--holes", "8", "--resume", str(journal))
    assert again["by_kind"]["line"]["exact_match"] == whole["by_kind"]["line"]["exact_match"]


def test_answers_to_other_questions_are_not_taken_over(
    run: Json, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal = tmp_path / "journal.jsonl"
    run("--holes", "4", "--resume", str(journal))
    arguments = ["eval", str(project), "--backend", "scripted", "--seed", "9", "--resume", str(journal)]
    assert main(arguments) == 1
    assert "measured something else (seed); name another file" in capsys.readouterr().err


def test_the_threshold_of_a_large_run_is_kept_for_the_server(run: Json) -> None:
    assert Calibrations().of("scripted", "scripted") is None
    report = run("--holes", "140", "--kinds", "line")
    kept = Calibrations().of("scripted", "scripted")
    assert kept is not None
    assert kept.threshold == report["calibration"]["threshold"]
    assert [quarter.n for quarter in kept.quarters] == [q["n"] for q in report["calibration"]["quarters"]]


def test_a_small_run_and_one_that_is_told_so_keep_nothing(run: Json) -> None:
    run("--holes", "8", "--kinds", "line")
    run("--holes", "140", "--kinds", "line", "--no-calibration")
    assert Calibrations().of("scripted", "scripted") is None


@pytest.mark.parametrize(
    ("text", "layer"),
    [
        pytest.param("gguf", {"backend": "gguf"}, id="backend"),
        pytest.param("starter", {"model": "starter"}, id="model"),
        pytest.param("model=gguf", {"model": "gguf"}, id="named"),
        pytest.param(
            "cpu, inlineCompletion.lookup=false", {"backend": "cpu", "inlineCompletion.lookup": False}, id="two"
        ),
        pytest.param("inlineCompletion.maxNewTokens=8", {"inlineCompletion.maxNewTokens": 8}, id="number"),
    ],
)
def test_a_side_is_read_as_settings(text: str, layer: dict[str, Any]) -> None:
    assert side(text).settings_layer() == layer


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["nowhere"], "wanted a file or a folder, found nothing at nowhere", id="missing"),
        pytest.param(["{project}", "--kinds", "word"], "wanted kinds of holes", id="kind"),
        pytest.param(["{project}", "--compare", "cpu", "nothing.there=1"], "phi.nothing is no setting", id="setting"),
        pytest.param(["{project}", "--backend", "cuda"], "no backend can run a model here", id="backend"),
    ],
)
def test_a_wrong_call_is_answered_in_one_line(
    arguments: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", *(argument.replace("{project}", str(project)) for argument in arguments)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1
