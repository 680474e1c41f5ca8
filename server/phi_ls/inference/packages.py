"""Which packages make a backend on which machine, pinned. Pure.

All onnxruntime-genai distributions install the same import package, so each backend has an environment of its own.
Where one set of packages may be refused, a second one is listed behind it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from phi_ls.errors import UsageError

if TYPE_CHECKING:
    from phi_ls.hardware import HardwareReport

TOKENIZER = ("numpy>=2.0", "tokenizers>=0.22,<0.24")
LLAMA = "llama-cpp-python==0.3.36"
LEAST_FOR_CUDA_13 = (7, 5)
"""Volta's 7.0 was left behind, though its driver says that it supports CUDA 13."""
FLAVOURS = {
    "cpu": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF",
    "cuda": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DGGML_CUDA=ON",
    "vulkan": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DGGML_VULKAN=ON",
    "metal": "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DGGML_METAL=ON",
}
"""What llama.cpp is built with. Native: the build stays on the machine that makes it."""

MEGABYTES = {
    ("onnxruntime-genai", "linux"): 60,
    ("onnxruntime-genai", "windows"): 40,
    ("onnxruntime-genai", "darwin"): 40,
    ("onnxruntime-genai-winml", "windows"): 46,
    ("onnxruntime-genai-directml", "windows"): 56,
}
"""Package and system -> what pip fetches for it and all that it needs: added up from the files of November 2026."""
CUDA_MEGABYTES = {13: 1540, 12: 2000}
READY_MEGABYTES, SOURCE_MEGABYTES = 40, 130
"""A wheel of llama.cpp with numpy; its source with the tools that build it."""


@dataclass(frozen=True)
class Recipe:
    """One set of packages. `cmake` is not empty where one of them is built from source."""

    backend: str
    engine: str
    distribution: str
    requirements: tuple[str, ...]
    cuda: int = 0
    cmake: str = ""
    megabytes: int = 0
    """What is downloaded for it, about; 0 where that was not measured."""

    @property
    def title(self) -> str:
        """For people."""
        how = " built from source" if self.cmake else ""
        return f"{', '.join(self.requirements)}{how}"


def recipes(backend: str, report: HardwareReport, *, flavour: str = "auto", built: bool = False) -> tuple[Recipe, ...]:
    """The sets to try for a backend, best first. Raises `UsageError` where none can work."""
    if backend in ("cpu", "cuda", "directml") and (built or flavour != "auto"):
        raise UsageError(f"wanted a flavour or a build of gguf, found {backend}, which has neither; leave it out")
    match backend:
        case "cpu":
            return (_cpu(report),)
        case "cuda":
            return (_cuda(report),)
        case "directml":
            return _directml(report)
        case "gguf":
            return _gguf(_flavour(flavour, report), built=built)
        case _:
            raise UsageError(f"wanted a backend to install (cpu, cuda, directml, gguf), found {backend!r}")


def too_old_for(cuda: int, capability: str) -> bool:
    """Whether the libraries of that CUDA version compute no more on processors of this capability."""
    numbers = tuple(int(part) for part in capability.split(".") if part.isdigit())
    return cuda >= 13 and bool(numbers) and numbers < LEAST_FOR_CUDA_13


def _cpu(report: HardwareReport) -> Recipe:
    if report.system == "darwin" and report.architecture == "x86_64":
        # Later versions of the one want a version of the other that Intel Macs never got.
        return _onnx(report, "onnxruntime-genai", "onnxruntime-genai==0.11.4", "onnxruntime==1.23.2")
    return _onnx(report, "onnxruntime-genai", "onnxruntime-genai==0.18.0", "onnxruntime==1.31.1")


def _cuda(report: HardwareReport) -> Recipe:
    if report.system not in ("linux", "windows") or report.architecture != "x86_64":
        here = f"{report.system} on {report.architecture}"
        raise UsageError(f"the cuda backend is made for Linux and Windows on x86_64, this is {here}")
    major = int(report.cuda.partition(".")[0] or 0)
    if major == 0:
        reason = report.faults.get("nvidia", "no NVIDIA driver was found")
        raise UsageError(f"the cuda backend needs an NVIDIA driver: {reason}")
    distribution = "onnxruntime-genai-cuda"
    if major >= 13 and not (report.nvidia and too_old_for(13, report.nvidia.capability)):
        return _onnx(report, distribution, f"{distribution}==0.18.0", "onnxruntime-gpu[cuda,cudnn]==1.31.1", cuda=13)
    if major >= 12:
        # The last versions that were built for CUDA 12.
        return _onnx(report, distribution, f"{distribution}==0.14.1", "onnxruntime-gpu[cuda,cudnn]==1.26.0", cuda=12)
    raise UsageError(
        f"the cuda backend needs a driver for CUDA 12 or 13, found one for {report.cuda}; update the driver"
    )


def _directml(report: HardwareReport) -> tuple[Recipe, ...]:
    if report.system != "windows" or report.architecture != "x86_64":
        raise UsageError(
            f"the directml backend is made for Windows on x86_64, this is {report.system} on {report.architecture}"
        )
    old = "onnxruntime-genai-directml"
    return (
        _onnx(report, "onnxruntime-genai-winml", "onnxruntime-genai-winml==0.18.0"),
        _onnx(report, old, f"{old}==0.12.2", "onnxruntime-directml==1.24.4"),
    )


def _gguf(flavour: str, *, built: bool) -> tuple[Recipe, ...]:
    requirements = (LLAMA, "numpy>=2.0")
    ready = Recipe("gguf", "llama_cpp", "llama-cpp-python", requirements, megabytes=READY_MEGABYTES)
    source = replace(ready, cmake=FLAVOURS[flavour], megabytes=SOURCE_MEGABYTES)
    # A wheel that is ready computes on the processor, unless the user's own index or folder has another.
    return (source,) if built else (ready, source)


def _flavour(wanted: str, report: HardwareReport) -> str:
    if wanted == "auto":
        return "metal" if report.system == "darwin" and report.architecture == "arm64" else "cpu"
    if wanted not in FLAVOURS:
        raise UsageError(f"wanted a flavour of llama.cpp (auto, {', '.join(FLAVOURS)}), found {wanted!r}")
    return wanted


def _onnx(report: HardwareReport, distribution: str, *requirements: str, cuda: int = 0) -> Recipe:
    backend = {"onnxruntime-genai": "cpu", "onnxruntime-genai-cuda": "cuda"}.get(distribution, "directml")
    size = CUDA_MEGABYTES[cuda] if cuda else MEGABYTES.get((distribution, report.system), 0)
    return Recipe(backend, "onnx_genai", distribution, (*requirements, *TOKENIZER), cuda, megabytes=size)
