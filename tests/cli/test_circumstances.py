"""The commands where something around them is wrong: one clear line, nothing lost, and never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phi_ls.cli import main
from phi_ls.journal import Journal
from phi_ls.paths import config_file

if TYPE_CHECKING:
    from collections.abc import Sequence

FULL = Path("/dev/full")
PROGRAM = (sys.executable, "-m", "phi_ls")
SECONDS = 60
DOCUMENTED = 'def sub(a, b):\n    """Subtract b from a."""\n    return a - b\n'

needs_full_disk = pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a function, a scripted engine that can document it, and a home that is empty."""
    (tmp_path / "script.json").write_text(json.dumps({"default": "Subtract b from a."}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "home"))
    path = tmp_path / "code.py"
    path.write_bytes(b"def sub(a, b):\n    return a - b\n")
    return path


def document(file: Path, *how: str) -> int:
    return main(["act", "document", str(file), "--lines", "1-2", "--backend", "scripted", *how])


def ran(arguments: Sequence[str], *, out: int | None = None, **environment: str) -> tuple[int, str]:
    """The exit code and what stands on stderr."""
    ended = subprocess.run(
        [*PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if out is None else out,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "", **environment},
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return ended.returncode, ended.stderr


@pytest.mark.e2e
@pytest.mark.parametrize("arguments", [["--help"], ["models", "list"], ["doctor", "--json"]], ids=" ".join)
def test_who_reads_only_the_beginning_hears_no_complaint(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert ran(arguments, out=writing) == (1, "")
    finally:
        os.close(writing)


@pytest.mark.e2e
@needs_full_disk
@pytest.mark.parametrize("arguments", [["--help"], ["models", "list"]], ids=" ".join)
def test_output_that_cannot_be_written_is_an_error_in_one_line(arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        said = ran(arguments, out=full.fileno())
    assert said == (1, "phi-ls: wanted to write the output, found No space left on device\n")


@pytest.mark.e2e
def test_a_diff_is_the_files_own_bytes_whatever_the_locale(code: Path) -> None:
    code.write_text("def größe(a):\n    return a\n", encoding="utf-8")
    command = [*PROGRAM, "act", "document", str(code), "--lines", "1-2", "--backend", "scripted", "--diff"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    printed = subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=True).stdout
    assert " def größe(a):\n" in printed.decode("utf-8")


@pytest.mark.e2e
def test_a_file_that_may_not_be_written_stays_and_nothing_lies_beside_it(
    code: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = code.read_bytes()
    monkeypatch.setattr("phi_ls.cli.act.os.access", lambda *_: False)
    assert document(code, "--write") == 1
    assert capsys.readouterr().err.endswith(
        f"phi-ls act: wanted to write {str(code)!r}, found Permission denied; nothing was changed\n"
    )
    assert code.read_bytes() == before
    assert sorted(path.name for path in code.parent.iterdir() if path.name != "home") == ["code.py", "script.json"]


@pytest.mark.e2e
def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    code: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, _data: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    before = code.read_bytes()
    monkeypatch.setattr(Path, "write_bytes", full)
    assert document(code, "--write") == 1
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        f"phi-ls act: wanted to write {str(code)!r}, found No space left on device; nothing was changed\n",
    )
    assert code.read_bytes() == before
    assert [path.name for path in code.parent.iterdir() if path.name.endswith(".tmp")] == []


@pytest.mark.e2e
@pytest.mark.skipif(os.name == "nt", reason="the system has no limit for the size of files")
def test_a_new_file_that_cannot_be_written_whole_is_not_left_there_in_part(code: Path) -> None:
    script = {"default": "```python\ndef test_sub():\n    assert sub(3, 1) == 2\n```\n"}
    (code.parent / "script.json").write_text(json.dumps(script))
    command = [*PROGRAM, "act", "tests", str(code), "--lines", "1-2", "--backend", "scripted"]
    limited = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *command, "--write"]
    new = code.with_name("test_code.py")
    ended = subprocess.run(limited, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        1,
        "",
        f"phi-ls act: wanted to write {str(new)!r}, found File too large; nothing was changed\n",
    )
    assert not new.exists()
    assert subprocess.run([*command, "--write"], capture_output=True, timeout=SECONDS, check=False).returncode == 0
    assert new.read_text() == "def test_sub():\n    assert sub(3, 1) == 2\n"


@pytest.mark.e2e
def test_a_link_stays_a_link_to_the_file_that_is_changed(code: Path) -> None:
    link = code.with_name("link.py")
    link.symlink_to(code.name)
    assert document(link, "--write") == 0
    assert link.is_symlink()
    assert code.read_text() == DOCUMENTED


@pytest.mark.e2e
def test_a_byte_order_mark_is_kept_and_counts_for_no_column(code: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code.write_bytes(b"\xef\xbb\xbf" + code.read_bytes())
    assert document(code, "--write") == 0
    assert code.read_bytes() == b"\xef\xbb\xbf" + DOCUMENTED.encode()
    capsys.readouterr()
    assert main(["complete", str(code), "--at", "1:1", "--backend", "scripted", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["range"]["start"] == {"line": 1, "column": 1}
    assert main(["complete", str(code), "--at", "1:17", "--backend", "scripted"]) == 1
    assert "line 1 has 14 characters, so columns 1 to 15" in capsys.readouterr().err


def test_without_a_home_folder_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def homeless(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("PHI_LS_HOME")
    monkeypatch.setattr("platformdirs.user_config_dir", homeless)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err == (
        "phi-ls doctor: wanted a home folder, found none; set HOME, or PHI_LS_HOME to a folder for all that is kept\n"
    )


@pytest.mark.e2e
def test_a_setting_that_does_not_fit_is_told_and_the_default_is_used(
    code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_text('{"phi": {"threads": "all", "nothing": 1}}', encoding="utf-8-sig")
    assert document(code, "--diff") == 0
    told = capsys.readouterr().err.splitlines()
    assert told[:2] == [
        f"{file}: phi.threads: wanted a whole number from 0 to 256, found 'all'; 0 is used",
        f"{file}: phi.nothing is no setting of phi-ls; it is ignored",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "wanted JSON in {file}, found Expecting property name enclosed in double quotes: "),
        (b"\xff", "wanted JSON in {file}, found 'utf-8' codec can't decode byte 0xff in position 0: "),
        (b"[]", 'wanted settings in {file}, as in {{"phi": {{"backend": "cpu"}}}}, found no object'),
        (b'{"phi.enable": false}', "wanted phi-ls to be on, found the setting phi.enable switched off in {file}"),
    ],
    ids=["half", "bytes", "list", "off"],
)
def test_settings_under_which_nothing_runs_are_named(
    content: bytes, said: str, code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = config_file()
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert document(code, "--diff") == 1
    err = capsys.readouterr().err
    assert err.startswith("phi-ls act: " + said.format(file=file))
    assert err.count("\n") == 1


@pytest.mark.engine
def test_who_asked_for_a_backend_that_does_not_run_is_told_why(code: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["complete", str(code), "--at", "2:12", "--backend", "remote"]) == 0
    why, who = capsys.readouterr().err.splitlines()[:2]
    assert why == "remote does not run: the setting phi.remote.url names no server"
    assert ", starter: " in who


@needs_full_disk
def test_a_journal_that_cannot_be_written_ends_and_holds_nothing_up(capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(str(FULL))
    journal.write("first")
    journal.write("second")
    journal.close()
    assert capsys.readouterr().err == "phi-ls: the journal ends here: No space left on device\n"


@pytest.mark.e2e
def test_a_server_whose_journal_cannot_be_opened_says_so_before_it_greets(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "journal"
    assert ran(["serve"], PHI_LS_JOURNAL=str(file)) == (
        1,
        f"phi-ls serve: wanted to append to the journal {str(file)!r}, found No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x8d", "found other bytes in "),
        (b"x = 1\n", "found no event of one in "),
        (b'{"event": 1}', "found no event"),
    ],
    ids=["bytes", "code", "no time"],
)
def test_what_is_no_journal_is_not_read_as_an_empty_one(
    content: bytes, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    assert main(["why", str(file)]) == 1
    assert capsys.readouterr().err.startswith("phi-ls why: wanted a journal, " + said)


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "wanted a file to type, found "), (b"x = '\xe9'\n", "wanted UTF-8 text, found other bytes in ")],
    ids=["missing", "latin-1"],
)
def test_a_file_that_cannot_be_typed_is_named_before_a_server_is_started(
    content: bytes | None, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.py"
    if content is not None:
        file.write_bytes(content)
    assert main(["replay", str(file)]) == 1
    assert capsys.readouterr().err.startswith("phi-ls replay: " + said)


def test_a_side_that_cannot_run_is_refused_before_the_other_is_measured(
    code: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code.write_text("".join(f"def f_{i}(a):\n    b = a + {i}\n    return b\n\n\n" for i in range(20)))
    answers = code.with_name("answers")
    command = ["eval", str(code), "--holes", "4", "--compare", "scripted", "cuda", "--resume", str(answers)]
    assert main(command) == 1
    assert "phi-ls eval: no backend can run a model here: cuda " in capsys.readouterr().err
    assert answers.read_text().count("\n") == 1


def test_a_folder_that_cannot_be_written_is_named(
    code: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(code / "below a file"))
    assert main(["backends", "install", "cpu"]) == 1
    assert capsys.readouterr().err.startswith("phi-ls backends: wanted to write in ")
