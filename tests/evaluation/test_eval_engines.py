"""`phi-ls eval` with the embedded model on both engines, over this project's own source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import phi_ls
from phi_ls.cli import main

pytestmark = [pytest.mark.engine, pytest.mark.e2e]
for package in ("onnxruntime_genai", "llama_cpp"):
    pytest.importorskip(package, reason=f"needs {package}", exc_type=ImportError)

SOURCE = Path(phi_ls.__file__).with_name("lsp")


def test_two_engines_fill_the_same_holes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    assert main(["eval", str(SOURCE), "--holes", "12", "--compare", "cpu", "gguf", "--model", "starter", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    engines = {name: (side["engine"], side["model"]) for name, side in document["sides"].items()}
    assert engines == {"cpu": ("onnx_genai", "starter"), "gguf": ("llama_cpp", "starter")}
    for side in document["sides"].values():
        assert side["holes"] == 12
        assert side["by_kind"]["all"]["parse_rate"] in (None, 1.0)
        assert side["as_shown"]["by_kind"]["all"]["parse_rate"] in (None, 1.0)
        assert side["tokens"]["prompt"] > 50
        assert side["ms"]["model"]["p50"] > 0
    difference = document["differences"]["model"]["all"]
    assert difference["n"] == 12
    low, high = difference["edit_similarity"]["ci"]
    assert low <= difference["edit_similarity"]["mean"] <= high
