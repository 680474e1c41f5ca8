"""Questions to drivers: answered, refused, crashed and hung ones."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from phi_ls.hardware import Gpu, NoAnswer, ask, graphics
from phi_ls.hardware.native.vulkan import describe

if TYPE_CHECKING:
    from collections.abc import Callable

needs_compiler = pytest.mark.skipif(sys.platform != "linux", reason="the library that plays NVML is built for Linux")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nvml")
    source = Path(__file__).with_name("fake_nvml.c")
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "libnvidia-ml.so.1", source], check=True)
    except OSError:
        pytest.skip("no C compiler to build the library that plays NVML")
    return folder


@pytest.fixture
def driver(library: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def play(mode: str) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH", str(library))
        monkeypatch.setenv("FAKE_NVML", mode)
        monkeypatch.setattr(graphics, "_NVIDIA_SIGNS", (str(library),))
        monkeypatch.setattr(graphics, "_RENDER", "none")

    return play


@needs_compiler
def test_the_driver_describes_its_processors(driver: Callable[[str], None]) -> None:
    driver("")
    found = graphics.find(system="linux", architecture="x86_64", memory_mib=1)
    assert found.cuda == "13.1"
    assert found.gpus == [
        Gpu("NVIDIA GeForce RTX 4070", "nvidia", 12288, driver="580.65.06", free_mib=11000, capability="8.9"),
        Gpu("NVIDIA T400", "nvidia", 2048, driver="580.65.06", free_mib=2000, capability="7.5"),
    ]
    assert (found.known_by["nvidia"], found.faults) == ("NVML", {})


@needs_compiler
@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        pytest.param(
            "mismatch",
            "nvmlInit_v2 answers 18: library and driver have different versions; restart the machine",
            id="old library",
        ),
        pytest.param("crash", "asking ended with code -6", id="crash"),
        pytest.param("hang", "no answer within 1 s", id="hang"),
    ],
)
def test_a_driver_that_does_not_work_is_a_fault_with_its_reason(
    mode: str, fault: str, driver: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver(mode)
    monkeypatch.setattr(graphics, "ask", lambda question: ask(question, seconds=1.0))
    found = graphics.find(system="linux", architecture="x86_64", memory_mib=1)
    assert (found.gpus, found.faults) == ([], {"nvidia": fault})


@needs_compiler
def test_a_machine_without_the_library_says_so() -> None:
    with_fault = ask("nvidia")
    if "gpus" in with_fault:
        pytest.skip("this machine has an NVIDIA driver")
    assert set(with_fault) == {"fault"}


def test_a_question_that_does_not_exist_has_no_answer() -> None:
    with pytest.raises(NoAnswer, match="asking ended with code 2"):
        ask("nonsense")


def test_a_recorded_answer_of_windows_is_read_without_its_software_adapters() -> None:
    intel = {"name": "Intel(R) Iris(R) Xe Graphics", "vendor_id": 0x8086, "dedicated_mib": 128, "shared_mib": 8022}
    nvidia = {
        "name": "NVIDIA GeForce RTX 3050 Laptop GPU",
        "vendor_id": 0x10DE,
        "dedicated_mib": 3962,
        "shared_mib": 8022,
    }
    basic = {"name": "Microsoft Basic Render Driver", "vendor_id": 0x1414, "dedicated_mib": 0, "shared_mib": 8022}
    answer = [
        {**intel, "software": False, "driver": "31.0.101.5186"},
        {**nvidia, "software": False, "driver": "32.0.15.6094"},
        {**intel, "software": False, "driver": "31.0.101.5186"},
        {**basic, "software": True, "driver": ""},
    ]
    assert graphics.from_dxgi(answer) == [
        Gpu(
            "Intel(R) Iris(R) Xe Graphics",
            "intel",
            128,
            driver="31.0.101.5186",
            shared_mib=8022,
            integrated=True,
        ),
        Gpu("NVIDIA GeForce RTX 3050 Laptop GPU", "nvidia", 3962, driver="32.0.15.6094", shared_mib=8022),
    ]


def test_vulkan_structures_are_read_as_they_lie_in_memory() -> None:
    name = b"AMD Radeon RX 7600 (RADV NAVI33)".ljust(256, b"\0")
    properties = struct.pack("<IIIII", 1, 42, 0x1002, 0x7480, 2) + name
    types = bytes(4 + 32 * 8)
    heaps = struct.pack("<I", 2) + struct.pack("<QII", 16 << 30, 0, 0) + struct.pack("<QII", 8 << 30, 1, 0)
    assert describe(properties, types + heaps) == {
        "name": "AMD Radeon RX 7600 (RADV NAVI33)",
        "vendor_id": 0x1002,
        "kind": "discrete",
        "memory_mib": 8192,
        "driver": "42",
    }
