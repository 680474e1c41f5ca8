"""Environments of backends: made from wheels in a folder, checked, and never chosen before they are whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from catalog.rows import command, environment
from inference.machines import LINUX, MAC, WINDOWS, nvidia
from inference.wheels import LLAMA_PACKAGE, wheel
from phi_ls.errors import InstallFailed, UsageError
from phi_ls.inference import install as module
from phi_ls.inference.install import install, remove
from phi_ls.inference.installed import RECORD, backends_dir, installed_engines, read_environment
from phi_ls.inference.packages import LLAMA, Recipe, recipes
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

# Each makes an environment of its own, which takes long on a busy machine.
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
QUIET = Journal(None)
RECIPE = Recipe("gguf", "llama_cpp", "llama-cpp-python", ("llama-cpp-python==0.3.36", "numpy>=2.0"))


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PHI_LS_WHEELS", str(folder))
    wheel(folder, "numpy", "2.1.0", {"numpy/__init__.py": "", "numpy/typing.py": "", "numpy/ctypeslib.py": ""})
    return folder


def test_an_environment_is_made_checked_and_listed(wheels: Path) -> None:
    wheel(wheels, "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    told: list[str] = []
    found = install((RECIPE,), QUIET, told.append)
    assert (found.distribution, found.version, found.devices) == ("llama-cpp-python", "0.3.36", ())
    assert Path(found.python).is_relative_to(backends_dir() / "gguf")
    assert installed_engines()["gguf"] == found
    assert any("Successfully installed" in line for line in told)
    record = json.loads((backends_dir() / "gguf" / RECORD).read_text())
    assert record["requirements"] == list(RECIPE.requirements)
    assert remove("gguf")
    assert read_environment(backends_dir() / "gguf") is None
    assert not remove("gguf")


def test_an_engine_that_cannot_be_imported_is_never_chosen(wheels: Path) -> None:
    wheel(
        wheels, "llama-cpp-python", "0.3.36", {"llama_cpp/__init__.py": "raise OSError('libggml.so: no such file')\n"}
    )
    with pytest.raises(InstallFailed, match=r"could not be installed: .*OSError: libggml\.so: no such file"):
        install((RECIPE,), QUIET, lambda _line: None)
    assert read_environment(backends_dir() / "gguf") is None


def test_a_failed_installation_leaves_the_one_before_as_it_was(wheels: Path) -> None:
    wheel(wheels, "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    before = install((RECIPE,), QUIET, lambda _line: None)
    newer = replace(RECIPE, requirements=("llama-cpp-python==0.9.0", "numpy>=2.0"))
    with pytest.raises(InstallFailed, match=r"wanted llama-cpp-python==0\.9\.0, found ERROR: "):
        install((newer,), QUIET, lambda _line: None)
    assert installed_engines()["gguf"] == before


def test_the_second_set_of_packages_is_taken_where_the_first_is_refused(wheels: Path) -> None:
    wheel(wheels, "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    first = replace(RECIPE, requirements=("llama-cpp-winml==0.18.0",), distribution="llama-cpp-winml")
    told: list[str] = []
    assert install((first, RECIPE), QUIET, told.append).distribution == "llama-cpp-python"
    assert any(line.startswith("gguf: wanted llama-cpp-winml==0.18.0, found ERROR: ") for line in told)


def test_without_a_compiler_the_message_says_what_to_do(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COMPILERS", ("no-such-compiler",))
    built = replace(RECIPE, cmake="-DGGML_NATIVE=ON")
    with pytest.raises(InstallFailed, match=r"must be built and no C\+\+ compiler was found .*set PHI_LS_WHEELS to it"):
        install((built,), QUIET, lambda _line: None)


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_an_interrupted_installation_is_not_chosen_and_the_next_one_goes_on_with_it(
    wheels: Path, tmp_path: Path
) -> None:
    wheel(wheels, "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    home = tmp_path / "home"
    variables = environment(home, None, PHI_LS_WHEELS=str(wheels))
    process = subprocess.Popen(
        command("backends", "install", "gguf"), env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    staging = home / "data" / "backends" / ".gguf.new"
    deadline = time.monotonic() + 60
    while not (staging / "pyvenv.cfg").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert read_environment(home / "data" / "backends" / "gguf") is None
    ended = subprocess.run(
        command("backends", "install", "gguf"), env=variables, capture_output=True, text=True, timeout=100, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("gguf is installed: llama-cpp-python 0.3.36, in ")
    assert not staging.exists()


def test_an_installation_for_a_program_ends_with_all_its_children_when_the_program_is_gone(
    wheels: Path, tmp_path: Path
) -> None:
    wheel(wheels, "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    home = tmp_path / "home"
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command("backends", "install", "gguf", "--events"),
        env=environment(home, None, PHI_LS_WHEELS=str(wheels)),
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        steps = [json.loads(process.stdout.readline())["text"] for _ in range(2)]
        assert steps[1].startswith("making an environment in ")
        deadline = time.monotonic() + 60
        while not (children := psutil.Process(process.pid).children()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.stdin.close()
        assert process.wait(timeout=60) == 130
        psutil.wait_procs(children, timeout=30)
        assert not any(child.is_running() for child in children)
    assert read_environment(home / "data" / "backends" / "gguf") is None


@pytest.mark.engine
@pytest.mark.parametrize("backend", ["gguf", "cpu"])
def test_a_server_uses_the_real_engine_of_another_environment(backend: str, tmp_path: Path) -> None:
    folder = Path(os.environ.get("PHI_LS_TEST_WHEELS") or Path(__file__).parents[2] / ".wheels")
    wanted = recipes(backend, LINUX)[0].requirements
    resolve = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--no-index",
        "--find-links",
        folder,
        "--target",
        tmp_path,
    ]
    if subprocess.run([*resolve, *wanted], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{folder} lacks the wheels of {backend}; `pip download` puts them there")
    home = tmp_path / "home"
    variables = environment(home, None, PHI_LS_WHEELS=str(folder), PHI_LS_JOURNAL=str(tmp_path / "journal"))

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            command(*arguments), env=variables, capture_output=True, text=True, timeout=300, check=False
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run("backends", "install", backend)
    facts = json.loads(run("doctor", "--json", "--backend", backend))
    assert facts["chosen"] == backend
    file = tmp_path / "a.py"
    file.write_text("def add(a, b):\n    return \n")
    assert json.loads(run("complete", str(file), "--at", "2:12", "--backend", backend, "--json"))["backend"] == backend
    loaded = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
    (start,) = [event for event in loaded if event.get("state") == "started"]
    assert start["python"].startswith(str(home / "data" / "backends" / backend))
    run("backends", "remove", backend)


def requirements(backend: str, **machine: object) -> list[tuple[str, ...]]:
    report = machine.pop("report", LINUX)
    return [recipe.requirements[:2] for recipe in recipes(backend, replace(report, **machine))]  # type: ignore[type-var, arg-type]


def test_the_packages_suit_the_machine() -> None:
    gpu = nvidia("RTX 4070", 12_000)
    assert requirements("cpu")[0][0] == "onnxruntime-genai==0.18.0"
    assert requirements("cpu", report=MAC, architecture="x86_64")[0][0] == "onnxruntime-genai==0.11.4"
    assert requirements("cuda", gpus=(gpu,), cuda="13.0") == [
        ("onnxruntime-genai-cuda==0.18.0", "onnxruntime-gpu[cuda,cudnn]==1.31.1")
    ]
    assert requirements("cuda", gpus=(gpu,), cuda="12.4") == [
        ("onnxruntime-genai-cuda==0.14.1", "onnxruntime-gpu[cuda,cudnn]==1.26.0")
    ]
    volta = nvidia("V100", 16_000, capability="7.0")
    assert requirements("cuda", gpus=(volta,), cuda="13.0")[0][0] == "onnxruntime-genai-cuda==0.14.1"
    assert [first for first, *_ in requirements("directml", report=WINDOWS)] == [
        "onnxruntime-genai-winml==0.18.0",
        "onnxruntime-genai-directml==0.12.2",
    ]
    ready, built = recipes("gguf", MAC)
    assert (ready.cmake, ready.requirements[0]) == ("", LLAMA)
    assert "-DGGML_METAL=ON" in built.cmake


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (lambda: recipes("cuda", LINUX), "needs an NVIDIA driver: no NVIDIA driver was found"),
        (lambda: recipes("cuda", replace(LINUX, cuda="11.8")), "needs a driver for CUDA 12 or 13, found one for 11.8"),
        (lambda: recipes("cuda", MAC), "made for Linux and Windows on x86_64, this is darwin on arm64"),
        (lambda: recipes("directml", LINUX), "made for Windows on x86_64, this is linux on x86_64"),
        (lambda: recipes("magic", LINUX), "wanted a backend to install"),
        (lambda: recipes("gguf", LINUX, flavour="abacus"), "wanted a flavour of llama.cpp"),
        (lambda: recipes("cpu", LINUX, flavour="vulkan"), "found cpu, which has neither; leave it out"),
    ],
    ids=["no driver", "old driver", "mac", "linux", "unknown", "flavour", "flavour of another"],
)
def test_what_cannot_be_installed_here_is_refused_in_one_line(refused: Callable[[], object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        refused()
