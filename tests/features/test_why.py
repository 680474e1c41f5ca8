"""What became of the last requests, for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from features.playing import ask, playing
from phi_ls.cli.main import main
from phi_ls.features.why import SHOWN, report

if TYPE_CHECKING:
    from pathlib import Path

MODEL: dict[str, Any] = {
    "event": "completion",
    "t": 90.0,
    "id": 1,
    "uri": "file:///project/a%20b.py",
    "version": 3,
    "line": 12,
    "source": "model",
    "gate": "",
    "confidence": 0.84,
    "prompt_tokens": 340,
    "reused_tokens": 330,
    "prefilled_tokens": 10,
    "new_tokens": 8,
    "ms_total": 112.4,
    "ms_engine": 40.2,
    "finish_reason": "stop",
    "shown_chars": 14,
}
QUIET = {**MODEL, "prompt_tokens": 0, "shown_chars": 0, "ms_total": 0.4}
DOUBTED = {**QUIET, "t": 97.5, "source": "cache", "gate": "confidence 0.31 is below 0.60", "confidence": 0.31}
SECRET = {**QUIET, "t": 99.9, "source": "none", "gate": "the line seems to hold a secret", "confidence": None}
TOLD = """\
The last requests, newest first:

   0.1 s ago  a b.py:12  nothing was offered: the line seems to hold a secret; 0 ms
   2.5 s ago  a b.py:12  nothing was offered: confidence 0.31 is below 0.60; 0 ms
  10.0 s ago  a b.py:12  14 characters from the model; 112 ms, 40 ms of them in the model: 340 tokens of prompt, \
330 reused, 10 read, 8 written (stop), confidence 0.84
"""


def test_a_report_has_a_line_for_each_request() -> None:
    assert report([MODEL, DOUBTED, SECRET], 100.0) == TOLD


def test_only_the_last_ones_are_listed() -> None:
    assert report([MODEL] * 30 + [SECRET], 100.0).count("s ago") == SHOWN
    assert report([], 100.0) == ""


def test_the_command_reads_a_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "journal"
    events = [{"event": "idle", "t": 1.0}, MODEL, {**SECRET, "t": 1e12}]
    file.write_text("".join(json.dumps(event) + "\n" for event in events) + '{"event": "comple')
    assert main(["why", str(file)]) == 0
    assert "0.0 s ago  a b.py:12  nothing was offered: the line seems" in capsys.readouterr().out
    monkeypatch.setenv("PHI_LS_JOURNAL", str(file))
    assert main(["why", "--json"]) == 0
    assert [event["t"] for event in json.loads(capsys.readouterr().out)] == [90.0, 1e12]
    file.write_text("")
    assert main(["why"]) == 0
    assert capsys.readouterr().out == "no completion was asked for yet\n"


@pytest.mark.parametrize("arguments", [["why"], ["why", "nowhere"]], ids=["not-named", "not-there"])
def test_without_a_journal_it_says_so(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PHI_LS_JOURNAL", raising=False)
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith("phi-ls why: wanted a journal, found ")


@pytest.mark.e2e
async def test_a_server_remembers_what_it_decided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing(tmp_path, monkeypatch, default="compute(1)\n") as assistant:
        await ask(assistant, "x = $0\n")
        await ask(assistant, "x = com$0\n")
        told = report(list(assistant.decisions), assistant.decisions[-1]["t"])
        assert (assistant.last_decision.what, assistant.last_decision.why) == ("7 characters from the cache", "")
    assert "sample.py:1  7 characters from the cache; " in told
    assert "sample.py:1  10 characters from the model; " in told
