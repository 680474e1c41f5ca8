"""What a backend needs of the machine, and where on it the backend would run. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.inference.fit import Pool, gpu_pool, processor_pool
from phi_ls.inference.packages import too_old_for

if TYPE_CHECKING:
    from phi_ls.hardware import Gpu, HardwareReport
    from phi_ls.inference.installed import Installed

LEAST_CAPABILITY = (7, 0)
LEAST_CUDA = 12
DIRECTML_MIB = 4096
"""What the model cards ask of a graphics processor under DirectX 12, its own and shared memory together."""


@dataclass(frozen=True)
class Place:
    """Where a backend runs; `refusal` says why it cannot, "" when it can."""

    pool: Pool
    name: str
    provider: str
    driver: str
    graphics: bool = False
    refusal: str = ""


def place_of(backend: str, report: HardwareReport, installed: Installed | None) -> Place:
    """The place of a backend on this machine."""
    match backend:
        case "cuda":
            return _cuda(report, installed)
        case "directml":
            return _directml(report)
        case "gguf":
            return _gguf(report, installed)
        case _:
            return _processor(report)


def _processor(report: HardwareReport) -> Place:
    return Place(processor_pool(report), "the processor", "cpu", report.processor)


def _cuda(report: HardwareReport, installed: Installed | None) -> Place:
    nvidia = report.nvidia
    if nvidia is None:
        return Place(Pool(0, 0, "memory"), "", "cuda", "", refusal=_no_nvidia(report))
    place = Place(gpu_pool(nvidia, report), nvidia.name, "cuda", f"{nvidia.name} {nvidia.driver}", graphics=True)
    return _refused(place, _cuda_refusal(report, nvidia, installed))


def _no_nvidia(report: HardwareReport) -> str:
    if report.system == "darwin":
        return "CUDA needs Linux or Windows, this is macOS"
    if fault := report.faults.get("nvidia"):
        return f"the NVIDIA driver does not work: {fault}"
    return "no NVIDIA graphics processor was found"


def _cuda_refusal(report: HardwareReport, nvidia: Gpu, installed: Installed | None) -> str:
    if report.architecture != "x86_64":
        return f"onnxruntime-genai has no CUDA package for {report.architecture}"
    if nvidia.capability and _numbers(nvidia.capability) < LEAST_CAPABILITY:
        return f"needs CUDA compute capability 7.0, the {nvidia.name} has {nvidia.capability}"
    if report.cuda and _numbers(report.cuda) < (LEAST_CUDA, 0):
        return f"needs a driver for CUDA {LEAST_CUDA}, driver {nvidia.driver} supports {report.cuda}; update the driver"
    if installed and report.cuda and _numbers(report.cuda) < (installed.cuda, 0):
        return (
            f"is installed for CUDA {installed.cuda}, driver {nvidia.driver} supports {report.cuda}; "
            "update the driver, or run `phi-ls backends install cuda` again"
        )
    if installed and too_old_for(installed.cuda, nvidia.capability):
        return (
            f"is installed for CUDA {installed.cuda}, which leaves out the {nvidia.name} (capability "
            f"{nvidia.capability}); run `phi-ls backends install cuda` again"
        )
    return ""


def _directml(report: HardwareReport) -> Place:
    gpu = max(report.gpus, key=lambda gpu: (not gpu.integrated, gpu.memory_mib + gpu.shared_mib), default=None)
    if gpu is None or report.system != "windows":
        return Place(Pool(0, 0, "memory"), "", "dml", "", refusal=_no_directml(report))
    place = Place(gpu_pool(gpu, report), gpu.name, "dml", f"{gpu.name} {gpu.driver}", graphics=True)
    if report.architecture != "x86_64":
        return _refused(place, f"onnxruntime-genai has no DirectML package for {report.architecture}")
    if (total := gpu.memory_mib + gpu.shared_mib) < DIRECTML_MIB:
        return _refused(place, f"needs {DIRECTML_MIB} MiB of graphics memory, the {gpu.name} has {total}")
    return place


def _no_directml(report: HardwareReport) -> str:
    if report.wsl:
        return "DirectML needs Windows itself, this is Linux in WSL; install phi-ls in Windows for it"
    if report.system != "windows":
        return f"DirectML needs Windows, this is {'macOS' if report.system == 'darwin' else report.system}"
    if fault := report.faults.get("directx"):
        return f"DirectX does not answer ({fault.removeprefix('unknown: ')}); update the graphics driver"
    return "no graphics processor was found"


def _gguf(report: HardwareReport, installed: Installed | None) -> Place:
    """The largest device that the installed build lists, or the processor."""
    devices = installed.devices if installed else ()
    if not devices:
        return _processor(report)
    device = max(devices, key=lambda item: item.free_mib or item.memory_mib)
    matching = next((gpu for gpu in report.gpus if gpu.name in device.description), None)
    driver = matching.driver if matching else ""
    free = device.free_mib or int(device.memory_mib * 0.85)
    if report.system == "darwin" or (matching is not None and matching.integrated):
        free = min(free, report.available_mib)
    pool = Pool(free, 384, f"{device.description}'s memory")
    return Place(pool, device.description, "gpu", f"{device.description} {driver}".strip(), graphics=True)


def _refused(place: Place, refusal: str) -> Place:
    return Place(place.pool, place.name, place.provider, place.driver, place.graphics, refusal)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
