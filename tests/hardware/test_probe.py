"""Probes report and never raise."""

import psutil
import pytest

from phi_ls.hardware import probe


def test_this_machine_has_cores_and_memory_and_says_how_it_knows() -> None:
    report = probe()
    assert report.logical_cores >= 1
    assert 0 < report.available_mib <= report.memory_mib
    assert report.known_by["memory"] == "psutil.virtual_memory"


def test_a_fact_that_cannot_be_read_is_reported_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no such counter")

    monkeypatch.setattr(psutil, "virtual_memory", broken)
    report = probe()
    assert report.memory_mib == 0
    assert report.known_by["memory"] == "unknown: psutil.virtual_memory failed (OSError: no such counter)"
