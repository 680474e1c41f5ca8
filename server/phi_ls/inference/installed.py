"""Which engines there are: beside the server, and in the backends' own environments. Asked without importing them.

A backend's environment is `backends/<name>` in the data folder and counts when its record is there, which is written
last.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.inference.command import worker_command
from phi_ls.inference.listed import Device, listed_devices
from phi_ls.paths import data_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

DISTRIBUTIONS: Mapping[str, str] = {
    "onnx_genai": "onnxruntime-genai",
    "llama_cpp": "llama-cpp-python",
}
BACKENDS = ("cuda", "directml", "cpu", "gguf")
ENGINES: Mapping[str, str] = {"cuda": "onnx_genai", "directml": "onnx_genai", "cpu": "onnx_genai", "gguf": "llama_cpp"}
_MODULES: Mapping[str, str] = {"onnx_genai": "onnxruntime_genai", "llama_cpp": "llama_cpp"}
_BESIDE = (
    # The distributions that can stand beside the server, and the backend that each of them is.
    ("onnxruntime-genai-cuda", "cuda", "onnx_genai"),
    ("onnxruntime-genai-winml", "directml", "onnx_genai"),
    ("onnxruntime-genai-directml", "directml", "onnx_genai"),
    ("onnxruntime-genai", "cpu", "onnx_genai"),
    ("llama-cpp-python", "gguf", "llama_cpp"),
)
RECORD = "phi-ls-backend.json"


@dataclass(frozen=True)
class Installed:
    """An engine that can be started: its package and version, and the interpreter that has it."""

    distribution: str
    version: str
    python: str = ""
    """"" for the server's own."""
    devices: tuple[Device, ...] = ()
    cuda: int = 0
    """The major version of the CUDA libraries that it brings; 0 where it brings none."""

    @property
    def title(self) -> str:
        """Package and version, for people and for the keys of measurements."""
        return f"{self.distribution} {self.version}"


def installed_engines() -> dict[str, Installed]:
    """What can be started, by backend; a backend's own environment goes before what stands beside the server."""
    found = _beside()
    for name in BACKENDS:
        own = read_environment(backends_dir() / name)
        if own is not None:
            found[name] = own
    return found


def backends_dir() -> Path:
    """Where the environments of backends are."""
    return data_dir() / "backends"


def interpreter(folder: Path) -> Path:
    """The Python of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def read_environment(folder: Path) -> Installed | None:
    """What a finished environment has; None for one that is not there or not finished."""
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        devices = tuple(Device(**device) for device in record.get("devices", ()))
        python = interpreter(folder)
        if not python.exists():
            return None
        return Installed(record["distribution"], record["version"], str(python), devices, record.get("cuda", 0))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _beside() -> dict[str, Installed]:
    found = {}
    for distribution, backend, engine in _BESIDE:
        if importlib.util.find_spec(_MODULES[engine]) is None:
            continue
        try:
            version = importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        devices = _devices_beside(version) if engine == "llama_cpp" else ()
        found[backend] = Installed(distribution, version, devices=devices)
    return found


def _devices_beside(version: str) -> tuple[Device, ...]:
    module = importlib.util.find_spec("llama_cpp")
    built = Path(module.origin).stat().st_mtime_ns if module and module.origin else 0
    return listed_devices(f"{sys.executable} {version} {built}", worker_command("", "devices"))
