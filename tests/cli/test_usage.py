"""What the command line says when something is wrong: one clear line, and the right exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phi_ls.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def run(*arguments: str) -> int:
    try:
        return main(arguments)
    except SystemExit as stopped:
        assert isinstance(stopped.code, int)
        return stopped.code


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(
            ["complete", "nowhere.py", "--at", "1:1"],
            1,
            "phi-ls complete: wanted a file to read, found 'nowhere.py': No such file or directory",
            id="missing file",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "9:1"],
            1,
            "phi-ls complete: position 9:1 is outside the file: the file has 2 lines",
            id="line outside",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "1:9"],
            1,
            "phi-ls complete: position 1:9 is outside the file: line 1 has 5 characters, so columns 1 to 6",
            id="column outside",
        ),
        pytest.param(
            ["explain", "{file}", "--lines", "1-7"],
            1,
            "phi-ls explain: position 7:1 is outside the file: the file has 2 lines",
            id="lines outside",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "1:1", "--backend", "magic"],
            2,
            "phi-ls complete: argument --backend: wanted one of auto, cuda, directml, cpu, gguf, remote, scripted, "
            "found 'magic'; see `phi-ls complete --help`",
            id="unknown backend",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "0:1"],
            2,
            "phi-ls complete: argument --at: wanted LINE:COL, both from 1, found '0:1'; see `phi-ls complete --help`",
            id="position from 0",
        ),
        pytest.param(
            ["explain", "{file}", "--lines", "3-2"],
            2,
            "phi-ls explain: argument --lines: wanted A-B with 1 <= A <= B, found '3-2'; see `phi-ls explain --help`",
            id="lines backwards",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "1:1", "--model", "gpt-9"],
            1,
            "phi-ls complete: no backend can run a model here: wanted a model id (phi-3-mini-4k, phi-3.5-mini, ",
            id="unknown model",
        ),
        pytest.param(
            ["complete", "{file}", "--at", "1:1", "--backend", "cuda"],
            1,
            "phi-ls complete: no backend can run a model here: ",
            id="backend that is not there",
        ),
        pytest.param(
            ["act", "dance", "{file}", "--lines", "1-2"],
            1,
            "phi-ls act: wanted an action (explain, document, explainError, fix, addTypes, simplify, refactor, tests, "
            "rename, explainFile, commitMessage), found 'dance'",
            id="unknown action",
        ),
        pytest.param(
            ["act", "explain", "{file}", "--lines", "1-2", "--write"],
            1,
            "phi-ls act: explain changes nothing; leave out --diff and --write",
            id="explain cannot write",
        ),
        pytest.param(
            ["replay", "{file}", "--keys", "0"],
            2,
            "phi-ls replay: argument --keys: wanted a number from 1 on, found '0'; see `phi-ls replay --help`",
            id="no keys",
        ),
        pytest.param(["dance"], 2, "phi-ls: argument COMMAND: invalid choice: 'dance'", id="unknown command"),
    ],
)
def test_a_wrong_call_is_answered_in_one_line(
    arguments: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.py"
    file.write_text("x = 1\n")
    assert run(*(argument.replace("{file}", str(file)) for argument in arguments)) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert err.count("\n") == 1


def test_a_file_of_other_bytes_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"x = 1 \xff\n")
    assert run("complete", str(file), "--at", "1:1") == 1
    assert "wanted UTF-8 text, found other bytes" in capsys.readouterr().err
