"""What the doctor tells people: facts, candidates with their reasons in numbers, the choice, and what to do next."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference.machines import ALL, CPU, CUDA, GGUF, IRIS, LINUX, SIMPLE, WINDOWS, nvidia
from phi_ls.catalog import local_models, read_catalog
from phi_ls.features import supply
from phi_ls.features.assistant import Assistant
from phi_ls.features.doctor import as_text, examine
from phi_ls.inference.records import Record
from phi_ls.inference.select import Candidate, rank

if TYPE_CHECKING:
    from phi_ls.catalog import LocalModel
    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.installed import Installed

GOLDEN = Path(__file__).parents[1] / "golden" / "doctor.txt"
RTX = nvidia("RTX 4070", 12_282, capability="8.9")
MACHINES: tuple[tuple[str, HardwareReport, dict[str, Installed], tuple[str, ...]], ...] = (
    ("Linux, nothing installed", LINUX, {}, ()),
    ("Linux laptop, fresh", LINUX, SIMPLE, ()),
    ("Linux with NVIDIA, its engine not installed", replace(LINUX, gpus=(RTX,), cuda="13.0"), {"cpu": CPU}, ()),
    (
        "Windows, NVIDIA, everything here",
        replace(WINDOWS, gpus=(RTX, IRIS), cuda="13.0", known_by={"nvidia": "NVML", "available": "psutil"}),
        ALL,
        ("phi-3-mini-4k",),
    ),
    ("Linux, a model in a small memory", replace(LINUX, available_mib=1_500), SIMPLE, ("phi-3-mini-4k",)),
)


class Known(Assistant):
    """An assistant of a machine that is known."""

    def __init__(self, report: HardwareReport, candidates: tuple[Candidate, ...]) -> None:
        super().__init__()
        self._known = report, candidates

    def examine(self) -> tuple[HardwareReport, tuple[Candidate, ...]]:
        return self._known


def with_these(here: tuple[str, ...]) -> tuple[LocalModel, ...]:
    """The catalogue on a machine that has these models."""
    known = local_models(read_catalog())
    return tuple(replace(local, missing="") if local.model.id in here else local for local in known)


def told(
    report: HardwareReport, installed: dict[str, Installed], here: tuple[str, ...], records: dict[str, Record]
) -> str:
    models = with_these(here)
    assistant = Known(report, ())
    assistant = Known(report, rank(report, assistant.settings, models, installed, records))
    return as_text(examine(assistant))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    return tmp_path


def test_the_report_of_each_machine_says_what_runs_why_and_what_to_do(
    machine: Path, monkeypatch: pytest.MonkeyPatch, update_golden: bool
) -> None:
    pages = []
    for name, report, installed, here in MACHINES:
        monkeypatch.setattr(supply, "installed_engines", lambda installed=installed: installed)
        monkeypatch.setattr(supply, "local_models", lambda _rows, here=here: with_these(here))
        page = told(report, installed, here, {}).replace(str(machine), "HOME")
        # What the starter was measured at changes with each training.
        page = re.sub(r"takes \d\.\d\d bits", "takes N.NN bits", page)
        pages.append(f"## {name}\n{page}")
    text = "\n".join(pages)
    if update_golden:
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_figures_that_are_remembered_decide_and_are_told(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supply, "installed_engines", lambda: SIMPLE)
    starter = [local for local in local_models(read_catalog()) if local.model.starter]
    slow = Record(first_line_ms=90, decode_per_s=200, memory_mib=95, when=1.0)
    fast = Record(first_line_ms=40, decode_per_s=900, memory_mib=70, when=1.0)
    records = {}
    for local in starter:
        backend = local.build.backends[0]
        engine = {"cpu": CPU, "gguf": GGUF}[backend]
        key = f"{backend} | {engine.title} | {LINUX.processor} | starter/{local.build.id}"
        records[key] = fast if backend == "gguf" else slow
    text = told(LINUX, SIMPLE, (), records)
    assert "\nchosen      gguf, starter\n" in text
    assert "measured: first line after 40 ms, 900 tokens/s, 70 MiB" in " ".join(text.split())
    assert "measured: first line after 90 ms, 200 tokens/s, 95 MiB" in " ".join(text.split())
    assert "--measure" not in text, "nothing is left to measure"


def test_an_engine_for_the_graphics_processor_is_offered_with_its_size(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supply, "installed_engines", lambda: {"cpu": CPU})
    report = replace(LINUX, gpus=(RTX,), cuda="13.0")
    text = " ".join(told(report, {"cpu": CPU}, (), {}).split())
    offer = "run models on NVIDIA RTX 4070: `phi-ls backends install cuda`, which fetches about 1.5 GB"
    assert offer in text
    assert offer not in " ".join(told(report, {"cpu": CPU, "cuda": CUDA}, (), {}).split())
