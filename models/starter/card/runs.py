"""The measurements, each by a command that a person can give as well; what is there already is not measured again."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from .answers import completions, drawn, explanations
from .bits import bits_per_byte
from .packages import CALIBRATE, REPORT

if TYPE_CHECKING:
    from pathlib import Path

BACKENDS = {"cpu": ("onnx_genai", "onnx-int8"), "gguf": ("llama_cpp", "starter-q8_0.gguf")}
LOOKUP, BOTH = "inlineCompletion.unasked=lookup", "inlineCompletion.unasked=model"
EXACT = {"starter-fp32": "onnx-fp32", "starter-f32": "starter-f32.gguf"}
"""Ids under which the exact exports are taken into the store of the measurement, and their names."""
HOLES, CALIBRATION_HOLES, AGREEMENT_HOLES = "800", "600", "300"


class Runs:
    """Raw results below `folder`; the home of the measured phi-ls lies there too, so that no user's is touched."""

    def __init__(self, folder: Path, starter: Path) -> None:
        self.folder, self.starter = folder, starter
        self.home = folder / "home"
        os.environ["PHI_LS_HOME"] = str(self.home)

    def all(self) -> dict[str, Any]:
        """Every result that can be had here; `exact` is None without the extra `recipe`."""
        for backend in BACKENDS:
            self._eval(f"calibrate-{backend}", CALIBRATE, "--backend", backend, "--holes", CALIBRATION_HOLES)
        reports = {backend: self._report(backend) for backend in BACKENDS}
        return {
            "reports": reports,
            "shipped": self._agreement("engines-shipped", "cpu", "gguf"),
            "exact": self._exact(),
            "rounding": self._rounding(),
            "bits": self._kept("bits", self._bits),
            "completions": completions(self.folder / "report-cpu.jsonl", BOTH),
            "explanations": self._kept("explanations", self._explanations),
        }

    def calibration(self) -> str:
        """What the first runs have found for the server, as the file that ships."""
        return (self.home / "cache" / "calibration.json").read_text("utf-8")

    def _report(self, backend: str) -> dict[str, Any]:
        journal = self.folder / f"report-{backend}.jsonl"
        options = ("--baselines", "--no-calibration", "--resume", str(journal), "--compare", LOOKUP, BOTH)
        return self._eval(f"report-{backend}", REPORT, "--backend", backend, "--holes", HOLES, *options)

    def _agreement(self, name: str, *sides: str) -> dict[str, Any]:
        options = ("--holes", AGREEMENT_HOLES, "--seed", "3", "--no-calibration", "--compare", *sides)
        return self._eval(name, REPORT, *options)

    def _exact(self) -> dict[str, Any] | None:
        try:
            from . import exact
        except ImportError as error:
            sys.stderr.write(f"without the extra `recipe` no exact exports are compared ({error})\n")
            return None
        models = self.folder / "models"
        if not (models / exact.FLOAT_ONNX).exists():
            exact.write(self.starter, models)
        for id_, name in EXACT.items():
            if not (self.home / "data" / "models" / id_).exists():
                self._phi("models", "import", str(models / name), "--id", id_, "--profile", "starter")
        return self._agreement("engines-exact", *(f"{b},{id_}" for b, id_ in zip(BACKENDS, EXACT, strict=True)))

    def _rounding(self) -> dict[str, Any] | None:
        """Each engine with the shipped file against itself with the same weights in float32; after `_exact`."""
        if not all((self.home / "data" / "models" / id_).exists() for id_ in EXACT):
            return None
        return {
            backend: self._agreement(f"rounding-{backend}", f"{backend},starter", f"{backend},{id_}")
            for backend, id_ in zip(BACKENDS, EXACT, strict=True)
        }

    def _explanations(self) -> list[dict[str, str]]:
        code = self.folder / REPORT
        return asyncio.run(explanations(code, drawn(code)))

    def _bits(self) -> dict[str, float]:
        models = {backend: (engine, self.starter / name) for backend, (engine, name) in BACKENDS.items()}
        return {backend: round(bits_per_byte(*model, self.folder), 4) for backend, model in models.items()}

    def _eval(self, name: str, part: str, *options: str) -> dict[str, Any]:
        model = () if "," in options[-1] else ("--model", "starter")
        command = ("eval", str(self.folder / part), *model, *options, "--json")
        found: dict[str, Any] = self._kept(name, lambda: json.loads(self._phi(*command)))
        return found

    def _kept(self, name: str, make: Any) -> Any:  # noqa: ANN401 - plain JSON
        file = self.folder / f"{name}.json"
        if not file.exists():
            file.write_text(json.dumps(make(), indent=1) + "\n", "utf-8")
        return json.loads(file.read_text("utf-8"))

    def _phi(self, *arguments: str) -> str:
        sys.stderr.write(f"phi-ls {' '.join(arguments)}\n")
        command = [sys.executable, "-m", "phi_ls", *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
