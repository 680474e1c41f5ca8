"""Selection, on machines described in words; whole readable results are compared."""

from dataclasses import replace
from pathlib import Path

from phi_ls.catalog import Build, LocalModel, Model, ModelFile
from phi_ls.hardware import HardwareReport
from phi_ls.inference.select import Candidate, choose, fit, rank
from phi_ls.settings import BackendName, Settings

GB = 10**9
BOTH = {"onnx_genai": "0.18.0", "llama_cpp": "0.3.36"}
LAPTOP = HardwareReport("linux", "x86_64", "a processor", 4, 8, 16_384, 12_000)


def model(name: str, size: int, *, starter: bool = False, missing: str = "") -> tuple[LocalModel, LocalModel]:
    """A model of Phi-3-mini's shape, as an ONNX build for the processor and as GGUF."""
    builds = (
        Build("onnx", ("cpu",), "onnx_genai", "int4", "", (ModelFile("m", size, None),), size, 4),
        Build("gguf", ("gguf",), "llama_cpp", "Q4_K_M", "m.gguf", (ModelFile("m.gguf", size, None),), size, 2),
    )
    row = Model(name, name, "MIT", "phi3", 32, 32, 96, 4096, 2047, ("<|end|>",), builds, starter)
    first, second = (LocalModel(row, build, Path("/models"), missing) for build in builds)
    return first, second


PHI = model("phi", 2_400_000_000)
STARTER = model("starter", 5_000_000, starter=True)


def show(candidates: tuple[Candidate, ...]) -> str:
    return "\n".join(f"{c.state} {c.backend} {c.model}: {c.reason}" for c in candidates)


def test_a_real_model_goes_before_the_starter_and_onnx_before_gguf() -> None:
    found = choose(rank(LAPTOP, Settings(), (*STARTER, *PHI), BOTH))
    assert show(found) == (
        "chosen cpu phi: onnxruntime-genai 0.18.0, int4, needs 4053 of 12000 MiB at 2047 tokens\n"
        "ready gguf phi: llama-cpp-python 0.3.36, Q4_K_M, needs 3285 of 12000 MiB at 2047 tokens\n"
        "ready cpu starter: onnxruntime-genai 0.18.0, int4, needs 1540 of 12000 MiB at 2047 tokens\n"
        "ready gguf starter: llama-cpp-python 0.3.36, Q4_K_M, needs 773 of 12000 MiB at 2047 tokens"
    )


def test_the_context_shrinks_before_a_model_is_refused() -> None:
    small = replace(LAPTOP, available_mib=4_000)
    (first, *_) = rank(small, Settings(), PHI, BOTH)
    assert first.reason == "onnxruntime-genai 0.18.0, int4, needs 3487 of 4000 MiB at 1293 tokens"


def test_a_model_that_does_not_fit_is_refused_with_its_numbers() -> None:
    tiny = replace(LAPTOP, available_mib=2_500)
    found = rank(tiny, Settings(), PHI, BOTH)
    assert show(found) == (
        "refused cpu phi: needs 2902 MiB (weights 2289, KV cache 384 for 512 tokens, working memory 229) "
        "and 512 MiB in reserve, 2500 MiB are free\n"
        "refused gguf phi: needs 2710 MiB (weights 2289, KV cache 192 for 512 tokens, working memory 229) "
        "and 512 MiB in reserve, 2500 MiB are free"
    )


def test_what_is_not_here_says_what_to_do() -> None:
    found = rank(LAPTOP, Settings(), model("phi", 2 * GB, missing="the model is not on this machine"), {})
    assert show(found) == (
        'not-installed cpu phi: onnxruntime-genai is not installed (pip install "phi-ls[cpu]")\n'
        'not-installed gguf phi: llama-cpp-python is not installed (pip install "phi-ls[gguf]")'
    )
    found = rank(LAPTOP, Settings(), model("phi", 2 * GB, missing="the model is not on this machine"), BOTH)
    assert show(found) == (
        "refused cpu phi: the model is not on this machine (2.0 GB)\n"
        "refused gguf phi: the model is not on this machine (2.0 GB)"
    )


def test_a_backend_that_the_user_names_is_the_only_one_tried() -> None:
    found = choose(rank(LAPTOP, Settings(backend=BackendName.GGUF), STARTER, BOTH))
    assert show(found) == (
        "chosen gguf starter: llama-cpp-python 0.3.36, Q4_K_M, needs 773 of 12000 MiB at 2047 tokens\n"
        "refused cpu starter: the setting phi.backend asks for gguf"
    )


def test_without_fallback_only_the_first_candidate_is_tried() -> None:
    found = choose(rank(LAPTOP, Settings(allow_fallback=False), STARTER, BOTH))
    assert show(found) == (
        "chosen cpu starter: onnxruntime-genai 0.18.0, int4, needs 1540 of 12000 MiB at 2047 tokens\n"
        "refused gguf starter: not tried: phi.allowFallback is off"
    )


def test_graphics_backends_say_why_they_do_not_run() -> None:
    build = replace(PHI[0].build, backends=("cuda", "directml"))
    found = rank(LAPTOP, Settings(), (replace(PHI[0], build=build),), BOTH)
    assert show(found) == (
        "not-installed cuda phi: no graphics processor was found\n"
        "not-installed directml phi: DirectML needs Windows, this is linux"
    )


def test_the_context_is_never_longer_than_the_model_computes_rightly() -> None:
    needs = fit(PHI[0].model, PHI[0].build, wanted_tokens=100_000, free_mib=100_000)
    assert needs.context_tokens == 2047
    assert needs.kv_mib == round(2047 * 2 * 32 * 32 * 96 * 4 / 2**20)
