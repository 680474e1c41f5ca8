"""Machines to choose for, each described in a few words."""

from __future__ import annotations

from dataclasses import replace

from phi_ls.hardware import Gpu, HardwareReport
from phi_ls.inference.installed import Installed
from phi_ls.inference.listed import Device

LINUX = HardwareReport("linux", "x86_64", "Intel Core i7-1260P", 4, 8, 32_000, 24_000)
WINDOWS = replace(LINUX, system="windows")
MAC = replace(LINUX, system="darwin", architecture="arm64", processor="Apple M2")

CPU = Installed("onnxruntime-genai", "0.18.0")
GGUF = Installed("llama-cpp-python", "0.3.36")
CUDA = Installed("onnxruntime-genai-cuda", "0.18.0", "cuda/bin/python", cuda=13)
DIRECTML = Installed("onnxruntime-genai-winml", "0.18.0", "directml/python.exe")
ALL = {"cpu": CPU, "gguf": GGUF, "cuda": CUDA, "directml": DIRECTML}
SIMPLE = {"cpu": CPU, "gguf": GGUF}


def nvidia(name: str, memory: int, *, free: int | None = None, capability: str = "8.6", driver: str = "580.65") -> Gpu:
    free_mib = memory - 400 if free is None else free
    return Gpu(f"NVIDIA {name}", "nvidia", memory, driver=driver, free_mib=free_mib, capability=capability)


def on_graphics(description: str, memory: int) -> Installed:
    return replace(GGUF, devices=(Device("GPU0", description, memory, memory),))


IRIS = Gpu("Intel Iris Xe", "intel", 128, driver="31.0.101.5186", shared_mib=16_000, integrated=True)
OLD_IRIS = Gpu("Intel HD 4000", "intel", 32, driver="10.18", shared_mib=1_792, integrated=True)
RADEON = Gpu("AMD Radeon RX 7600", "amd", 8_176, driver="31.0.24027", shared_mib=16_000)
VEGA = Gpu("AMD Radeon Vega 8", "amd", 512, driver="31.0.1", shared_mib=8_000, integrated=True)
APPLE = Gpu("Apple graphics", "apple", 0, shared_mib=10_922, integrated=True)

MACHINES: tuple[tuple[str, HardwareReport, dict[str, Installed]], ...] = (
    ("Windows, Intel graphics, everything installed", replace(WINDOWS, gpus=(IRIS,)), ALL),
    ("Windows, Intel graphics, fresh", replace(WINDOWS, gpus=(IRIS,)), {"cpu": CPU}),
    ("Windows, Intel graphics of 2012", replace(WINDOWS, gpus=(OLD_IRIS,), available_mib=6_000), ALL),
    ("Windows, AMD card of 8 GB", replace(WINDOWS, gpus=(RADEON,)), ALL),
    ("Windows, AMD laptop", replace(WINDOWS, gpus=(VEGA,), available_mib=9_000), ALL),
    ("Windows, NVIDIA 4 GB", replace(WINDOWS, gpus=(nvidia("RTX 3050", 4_096),), cuda="13.0"), ALL),
    ("Windows, NVIDIA 8 GB", replace(WINDOWS, gpus=(nvidia("RTX 4060", 8_188),), cuda="13.0"), ALL),
    ("Windows, NVIDIA 24 GB", replace(WINDOWS, gpus=(nvidia("RTX 4090", 24_564, capability="8.9"),), cuda="13.0"), ALL),
    (
        "Windows, NVIDIA and Intel, old driver",
        replace(WINDOWS, gpus=(nvidia("RTX 3060", 12_288, driver="471.11"), IRIS), cuda="11.4"),
        ALL,
    ),
    (
        "Windows, NVIDIA of 2016",
        replace(WINDOWS, gpus=(nvidia("GTX 1060", 6_144, capability="6.1"),), cuda="12.9"),
        ALL,
    ),
    (
        "Windows, NVIDIA busy with a game",
        replace(WINDOWS, gpus=(nvidia("RTX 4060", 8_188, free=900), IRIS), cuda="13.0"),
        ALL,
    ),
    ("Windows without graphics", WINDOWS, ALL),
    (
        "Windows, DirectX does not answer",
        replace(WINDOWS, faults={"directx": "unknown: DXGI: no answer within 5 s"}),
        ALL,
    ),
    (
        "Windows on ARM",
        replace(
            WINDOWS,
            architecture="arm64",
            processor="Snapdragon X Elite",
            gpus=(Gpu("Qualcomm Adreno X1", "qualcomm", 0, shared_mib=16_000, integrated=True),),
        ),
        {"cpu": CPU},
    ),
    ("Linux, CUDA 13", replace(LINUX, gpus=(nvidia("RTX 4070", 12_282, capability="8.9"),), cuda="13.0"), ALL),
    (
        "Linux, NVIDIA of 2017 with a new driver",
        replace(LINUX, gpus=(nvidia("V100", 16_384, capability="7.0"),), cuda="13.0"),
        ALL,
    ),
    (
        "Linux, CUDA 12, installed for it",
        replace(LINUX, gpus=(nvidia("T4", 15_360, capability="7.5", driver="550"),), cuda="12.4"),
        {**ALL, "cuda": replace(CUDA, version="0.14.1", cuda=12)},
    ),
    (
        "Linux, CUDA 12, installed for CUDA 13",
        replace(LINUX, gpus=(nvidia("T4", 15_360, capability="7.5", driver="550"),), cuda="12.4"),
        ALL,
    ),
    ("Linux, CUDA, fresh", replace(LINUX, gpus=(nvidia("RTX 4070", 12_282),), cuda="13.0"), {"cpu": CPU}),
    ("Linux, two NVIDIA", replace(LINUX, gpus=(nvidia("T400", 2_048), nvidia("A2000", 6_138)), cuda="13.0"), ALL),
    (
        "Linux, NVIDIA, llama.cpp with CUDA",
        replace(LINUX, gpus=(nvidia("RTX 4070", 12_282),), cuda="13.0"),
        {"cpu": CPU, "gguf": on_graphics("NVIDIA RTX 4070", 11_800)},
    ),
    (
        "Linux, broken NVIDIA driver",
        replace(
            LINUX,
            faults={
                "nvidia": "nvmlInit_v2 answers 18: library and driver have different versions; restart the machine"
            },
        ),
        ALL,
    ),
    (
        "Linux, AMD, llama.cpp with Vulkan",
        replace(LINUX, gpus=(RADEON,)),
        {"gguf": on_graphics("AMD Radeon RX 7600", 8_000)},
    ),
    ("Linux without graphics", LINUX, SIMPLE),
    ("Linux, ARM server", replace(LINUX, architecture="arm64", processor="Neoverse-N1"), SIMPLE),
    ("Linux, nothing installed", LINUX, {}),
    ("Linux, container of 4 GB", replace(LINUX, available_mib=3_900, container_limit_mib=4_096), SIMPLE),
    ("Linux, container of 1 GB", replace(LINUX, available_mib=900, container_limit_mib=1_024), SIMPLE),
    ("Linux, 256 MB left", replace(LINUX, memory_mib=2_000, available_mib=256), SIMPLE),
    ("WSL with NVIDIA", replace(LINUX, wsl=True, gpus=(nvidia("RTX 4060", 8_188),), cuda="13.0"), ALL),
    ("WSL without NVIDIA", replace(LINUX, wsl=True), SIMPLE),
    (
        "Mac, Apple silicon",
        replace(MAC, memory_mib=16_384, available_mib=9_000, gpus=(APPLE,)),
        {"cpu": CPU, "gguf": on_graphics("Apple M2", 10_922)},
    ),
    ("Mac, Apple silicon, ONNX only", replace(MAC, available_mib=9_000, gpus=(APPLE,)), {"cpu": CPU}),
    (
        "Mac, Intel",
        replace(MAC, architecture="x86_64", processor="Intel Core i5"),
        {"cpu": Installed("onnxruntime-genai", "0.11.4"), "gguf": GGUF},
    ),
    ("laptop on battery", replace(LINUX, on_battery=True), SIMPLE),
)
