"""The worker process as such: what it imports, what reaches its pipes, what it writes, when it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phi_ls.wire import Done, Load, Refused
from worker_process import COMMAND, WorkerProcess, request

STARTER = Path(__file__).parents[2] / "models" / "starter"

REAL = pytest.mark.parametrize(
    ("package", "engine", "model"),
    [
        pytest.param("onnxruntime_genai", "onnx_genai", STARTER / "onnx-int8", id="onnx_genai"),
        pytest.param("llama_cpp", "llama_cpp", STARTER / "starter-q8_0.gguf", id="llama_cpp"),
    ],
)

# An engine package as rude as can be: it writes to stdout in every way that there is.
RUDE = """
import os, subprocess, sys
print("hello from the import")
os.write(1, b"raw hello\\n")
sys.stdout.flush()
subprocess.run([sys.executable, "-c", "print('hello from a child')"], check=True)
assert sys.stdin.read() == ""
raise ImportError("no engine here")
"""


def test_nothing_but_messages_reaches_the_pipe(tmp_path: Path) -> None:
    for package in ("onnxruntime_genai", "llama_cpp"):
        (tmp_path / f"{package}.py").write_text(RUDE)
    with WorkerProcess({**os.environ, "PYTHONPATH": str(tmp_path)}) as worker:
        for engine in ("onnx_genai", "llama_cpp"):
            worker.send(Load(engine=engine, model="", context_tokens=100))
            assert "no engine here" in worker.expect(Refused).message
        worker.load("scripted")
        assert worker.answer(request("x")) == "pass"
        worker.end_of_input()
        assert worker.wait() == 0
        assert worker.said().count("hello") == 6


def test_an_engine_that_is_not_installed_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "llama_cpp.py").write_text("raise ImportError('No module named llama_cpp')")
    with WorkerProcess({**os.environ, "PYTHONPATH": str(tmp_path)}) as worker:
        worker.send(Load(engine="llama_cpp", model="", context_tokens=100))
        assert worker.expect(Refused).message == (
            "engine llama_cpp cannot be imported (No module named llama_cpp); install phi-ls[gguf]"
        )


def test_before_a_load_it_imports_the_standard_library_and_its_own_package_only() -> None:
    listing = "import json, sys, phi_ls.worker.main; print(json.dumps([m for m in sys.modules]))"
    said = subprocess.run([sys.executable, "-S", "-c", listing], capture_output=True, check=True, env=package_path())
    modules = {name.split(".")[0] for name in json.loads(said.stdout)}
    assert modules - sys.stdlib_module_names - {"__main__", "__mp_main__"} == {"phi_ls"}


def test_it_ends_when_its_input_is_empty() -> None:
    done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.engine
@REAL
def test_a_cancel_is_seen_while_an_engine_reads_a_long_prompt(package: str, engine: str, model: Path) -> None:
    pytest.importorskip(package, reason=f"needs {package}", exc_type=ImportError)
    with WorkerProcess() as worker:
        worker.load(engine, model)
        read, attempts = 0, iter(range(1, 200))
        while not read:
            attempt = next(attempts)
            # Another beginning each time, so that nothing can be reused.
            worker.send(request(f"{attempt} = 1\n" * 250, id_=attempt, max_tokens=16))
            time.sleep(attempt / 1000)
            worker.cancel(attempt)
            done = worker.expect(Done)
            assert done.finish_reason == "cancelled"
            assert done.statistics.new_tokens == 0
            read = done.statistics.prefilled_tokens
        assert read % 32 == 0
        assert read < done.statistics.prompt_tokens


@pytest.mark.engine
@REAL
def test_an_engine_leaves_nothing_in_an_empty_home(tmp_path: Path, package: str, engine: str, model: Path) -> None:
    pytest.importorskip(package, reason=f"needs {package}", exc_type=ImportError)
    # The variables that mark a build machine switch telemetry off too, so none of them may be there.
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA")}
    with WorkerProcess({**kept, **home}) as worker:
        worker.load(engine, model)
        worker.answer(request("def read(path):", max_tokens=4))
        worker.end_of_input()
        assert worker.wait() == 0
    assert [path.relative_to(tmp_path) for path in tmp_path.rglob("*")] == []


def package_path() -> dict[str, str]:
    """An environment in which only the checkout's own package can be imported besides the standard library."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "server")}
