"""The devices that a llama.cpp build lists: asked once, and never at the price of the server."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from phi_ls.inference.listed import Device, ask_devices, listed_devices

if TYPE_CHECKING:
    from pathlib import Path

ANSWER = '[{"name": "Vulkan0", "description": "AMD Radeon RX 7600", "memory_mib": 8176, "free_mib": 7900}]'


def asks(code: str) -> tuple[str, ...]:
    return sys.executable, "-c", code


def test_a_build_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    radeon = Device("Vulkan0", "AMD Radeon RX 7600", 8176, 7900)
    assert listed_devices("a build", asks(f"print({ANSWER!r})")) == (radeon,)
    assert listed_devices("a build", asks("raise SystemExit('asked again')")) == (radeon,)
    assert listed_devices("another build", asks("print('[]')")) == ()


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import os; os.abort()", id="crash"),
        pytest.param("import time; time.sleep(60)", id="hang"),
        pytest.param("print('no devices, sorry')", id="no json"),
        pytest.param("print('[{\"colour\": 1}]')", id="another shape"),
    ],
)
def test_a_build_that_cannot_be_asked_runs_on_the_processor(code: str) -> None:
    assert ask_devices(asks(code), seconds=2.0) == ()
