"""The figures of `phi-ls bench --lookup`; how fast it is, is not asserted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from phi_ls.cli import main
from phi_ls.evaluation import lookup_speed

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_lookups_are_measured_without_a_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "module.py"
    file.write_text("def area(radius):\n    return 3 * radius\n" * 50)
    monkeypatch.setattr(lookup_speed, "_files", lambda: iter([file]))
    monkeypatch.setattr(lookup_speed, "QUERIES", 20)
    assert main(["bench", "--lookup", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["queries"], found["text_mb"]) == (20, 0.0)
    assert 0 < found["ms_p50"] <= found["ms_p99"] <= found["ms_max"]
    assert main(["bench", "--lookup"]) == 0
    assert "ms p99" in capsys.readouterr().out
