"""Selection, on machines described in words; whole readable results are compared."""

from dataclasses import replace
from pathlib import Path

from golden_files import check_golden
from inference.machines import ALL, CPU, GGUF, IRIS, LINUX, MACHINES, SIMPLE, WINDOWS, nvidia
from phi_ls.catalog import Build, LocalModel, Model, ModelFile, local_models, read_catalog
from phi_ls.hardware import HardwareReport
from phi_ls.inference.fit import fit, processor_pool
from phi_ls.inference.records import Record
from phi_ls.inference.select import Candidate, choose, rank
from phi_ls.settings import BackendName, Settings

GB = 10**9
BOTH = SIMPLE
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
    first, second = rank(small, Settings(), PHI, BOTH)
    assert (first.backend, first.context_tokens) == ("gguf", 2047), "one that need not shrink goes first"
    assert second.reason == "onnxruntime-genai 0.18.0, int4, needs 3487 of 4000 MiB at 1293 tokens"


def test_a_model_that_does_not_fit_is_refused_with_its_numbers() -> None:
    tiny = replace(LAPTOP, available_mib=2_500)
    found = rank(tiny, Settings(), PHI, BOTH)
    assert show(found) == (
        "refused cpu phi: needs 2902 MiB (weights 2289, KV cache 384 for 512 tokens, working memory 229) "
        "and 512 MiB in reserve, 2500 MiB of memory are free\n"
        "refused gguf phi: needs 2710 MiB (weights 2289, KV cache 192 for 512 tokens, working memory 229) "
        "and 512 MiB in reserve, 2500 MiB of memory are free"
    )


def test_what_is_not_here_says_what_to_do() -> None:
    found = rank(LAPTOP, Settings(), model("phi", 2 * GB, missing="the model is not on this machine"), {})
    assert show(found) == (
        "not-installed cpu phi: onnxruntime-genai for cpu is not installed (`phi-ls backends install cpu`)\n"
        "not-installed gguf phi: llama-cpp-python for gguf is not installed (`phi-ls backends install gguf`)"
    )
    found = rank(LAPTOP, Settings(), model("phi", 2 * GB, missing="the model is not on this machine"), BOTH)
    assert show(found) == (
        "refused cpu phi: the model is not on this machine (2.0 GB); would need 3633 of 12000 MiB\n"
        "refused gguf phi: the model is not on this machine (2.0 GB); would need 2866 of 12000 MiB"
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
        "refused cuda phi: no NVIDIA graphics processor was found\n"
        "refused directml phi: DirectML needs Windows, this is linux"
    )


def test_the_context_is_never_longer_than_the_model_computes_rightly() -> None:
    needs = fit(
        PHI[0].model, PHI[0].build, wanted_tokens=100_000, pool=replace(processor_pool(LAPTOP), free_mib=100_000)
    )
    assert needs.context_tokens == 2047
    assert needs.kv_mib == round(2047 * 2 * 32 * 32 * 96 * 4 / 2**20)


def everything() -> list[LocalModel]:
    """Every build of Phi-3-mini-4k and of the starter, as if all were here."""
    wanted = ("phi-3-mini-4k", "starter")
    found = (local for local in local_models(read_catalog()) if local.model.id in wanted)
    return [replace(local, missing="") for local in found if local.build.id != "cpu-int4-acc1"]


def test_what_is_chosen_for_each_machine_and_why_the_others_lose() -> None:
    blocks = []
    for title, report, installed in MACHINES:
        found = choose(rank(report, Settings(), everything(), installed))
        lines = [f"{c.state} {c.backend} {c.model} {c.local.build.id if c.local else ''}: {c.reason}" for c in found]
        blocks.append("\n".join([f"## {title}", *lines]))
    check_golden("selection.txt", "\n\n".join(blocks) + "\n")


def record(first_line_ms: float) -> Record:
    return Record(first_line_ms=first_line_ms, decode_per_s=20, memory_mib=3_000)


def measured(report: HardwareReport, **by_backend: Record) -> tuple[Candidate, ...]:
    """The ranking when these figures are known of Phi's builds."""
    unmeasured = rank(report, Settings(), PHI, BOTH)
    records = {c.key: by_backend[c.backend] for c in unmeasured if c.backend in by_backend}
    return choose(rank(report, Settings(), PHI, BOTH, records))


def test_what_was_measured_decides_between_the_backends_of_a_model() -> None:
    assert [c.backend for c in measured(LAPTOP, cpu=record(900), gguf=record(400))] == ["gguf", "cpu"]
    assert [c.backend for c in measured(LAPTOP, cpu=record(300), gguf=record(400))] == ["cpu", "gguf"]
    assert [c.backend for c in measured(LAPTOP, gguf=record(400))] == ["cpu", "gguf"]


def test_the_reason_of_a_measured_candidate_has_its_figures() -> None:
    first, *_ = measured(LAPTOP, cpu=record(300))
    assert first.reason.endswith("at 2047 tokens; measured: first line after 300 ms, 20 tokens/s, 3000 MiB")


def test_a_candidate_that_was_found_broken_is_passed_over_until_something_changes() -> None:
    broken = Record(broken="the inference worker ended with code -11")
    found = measured(LAPTOP, cpu=broken)
    assert show(found) == (
        "chosen gguf phi: llama-cpp-python 0.3.36, Q4_K_M, needs 3285 of 12000 MiB at 2047 tokens\n"
        "broken cpu phi: the inference worker ended with code -11 (`phi-ls doctor --measure` tries it again)"
    )
    records = {c.key: broken for c in rank(LAPTOP, Settings(), PHI, BOTH)}
    newer = {**BOTH, "cpu": replace(CPU, version="0.19.0")}
    assert [c.state for c in rank(LAPTOP, Settings(), PHI, newer, records)] == ["ready", "broken"]
    other_driver = replace(WINDOWS, gpus=(replace(IRIS, driver="32.0"),))
    before = replace(WINDOWS, gpus=(IRIS,))
    build = replace(PHI[0].build, backends=("directml",))
    local = replace(PHI[0], build=build)
    (known,) = rank(before, Settings(), (local,), ALL)
    states = [
        rank(machine, Settings(), (local,), ALL, {known.key: broken})[0].state for machine in (before, other_driver)
    ]
    assert states == ["broken", "ready"]


def test_weights_go_to_the_graphics_memory_and_not_to_the_machines() -> None:
    build = replace(PHI[0].build, backends=("cuda",), kv_bytes=2)
    tight = replace(LINUX, available_mib=1_000, gpus=(nvidia("RTX 3050", 4_096, free=3_900),), cuda="13.0")
    (found,) = rank(tight, Settings(), (replace(PHI[0], build=build),), ALL)
    assert (found.state, found.reason) == (
        "ready",
        "onnxruntime-genai-cuda 0.18.0 on NVIDIA RTX 3050, int4, needs 3285 of 3900 MiB at 2047 tokens",
    )
    assert found.python == ALL["cuda"].python
    assert GGUF.python == ""
