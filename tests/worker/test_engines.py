"""The real engines on the starter model: what they hold, what they give, what they refuse."""

from __future__ import annotations

import json
import shutil
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from phi_ls.errors import GenerationFailed, LoadFailed
from phi_ls.wire import Control, Text
from phi_ls.worker import memory
from phi_ls.worker.choice import best
from phi_ls.worker.prefix import Prefix
from worker.engine_runs import MODELS, ROUNDING, SOURCE, fresh, load, run, scores_from_scratch, starter_prompt
from worker.prompts import ODD_TEXTS, SPELLED, chat

if TYPE_CHECKING:
    from pathlib import Path

    import numpy.typing as npt

    from phi_ls.worker.engine import Engine

pytestmark = pytest.mark.engine

TYPED = ["de", "def", "def re", "def read(pa", "def read(path", "def read(path):", "def read(path):\n    re", "def r"]


def test_it_says_what_it_is(engine: Engine) -> None:
    assert engine.name in MODELS
    assert engine.version[0].isdigit()
    assert (engine.context_tokens, engine.vocabulary) == (2047, 8192)
    assert b"".join(engine.piece(token) for token in engine.end_tokens) == b""
    assert engine.encode([Control("<|end|>")])[0] in engine.end_tokens
    assert "CPU" in engine.system


def test_it_writes_python(engine: Engine) -> None:
    text, done = run(fresh(engine), starter_prompt(SOURCE + "def read_20(path):\n    return"), max_tokens=24)
    assert text.startswith(" json.load")
    assert done.statistics.new_tokens > 2
    assert done.statistics.ms_total >= done.statistics.ms_first_token > 0


def test_typing_gives_what_a_fresh_start_gives_and_computes_only_the_difference(engine: Engine) -> None:
    model, other = fresh(engine), load(engine.name)
    computed, wrong = [], []
    for typed in TYPED:
        # An answer in between, as while typing; what it left in the cache must not be taken for the user's text.
        parts = starter_prompt(SOURCE + typed)
        computed.append(run(model, parts)[1].statistics.prefilled_tokens)
        ids = engine.encode(parts)
        run(model, parts, max_tokens=0)
        if np.abs(engine.logits() - scores_from_scratch(other, ids)).max() > ROUNDING:
            wrong.append(typed)
    other.close()
    assert wrong == []
    assert computed[0] > 200
    assert max(computed[1:]) <= 12


def test_one_token_at_a_time_is_chunks_at_a_time(engine: Engine) -> None:
    ids = engine.encode(starter_prompt(SOURCE))[:100]
    chunked = scores_from_scratch(engine, ids)
    engine.rewind(0)
    for token in ids:
        assert engine.feed([token])
    assert np.abs(engine.logits() - chunked).max() < ROUNDING


def test_a_cancel_while_the_prompt_is_read_keeps_the_chunks_that_were_read(engine: Engine) -> None:
    model = fresh(engine)
    parts = starter_prompt(SOURCE)
    asked = iter([False, False, False, True])
    _, done = run(model, parts, unwanted=lambda: next(asked))
    assert (done.finish_reason, done.statistics.prefilled_tokens) == ("cancelled", 96)
    _, done = run(model, parts, max_tokens=0)
    assert done.statistics.reused_tokens == 96
    ids = engine.encode(parts)
    resumed = engine.logits().copy()
    assert np.abs(resumed - scores_from_scratch(engine, ids)).max() < ROUNDING


def test_a_cancel_between_two_tokens_ends_the_answer(engine: Engine) -> None:
    asked = iter([False] * 22)
    _, done = run(fresh(engine), starter_prompt(SOURCE), max_tokens=40, unwanted=lambda: next(asked, True))
    chunks = -(-done.statistics.prompt_tokens // 32)
    assert (done.finish_reason, done.statistics.new_tokens) == ("cancelled", 22 - chunks)


def test_the_context_can_be_filled_to_the_last_token(engine: Engine) -> None:
    ids = (engine.encode(starter_prompt(SOURCE)) * 10)[:2047]
    prefix = Prefix(engine)
    prefix.keep(ids)
    assert prefix.fill(ids, bool)
    assert np.isfinite(best(engine.logits())[1])
    with pytest.raises(GenerationFailed):
        engine.feed(ids[:32])
    again = Prefix(engine)
    again.drop()
    again.keep(ids[:40])
    assert again.fill(ids[:40], bool)
    assert np.isfinite(best(engine.logits())[1])


def test_llama_cpp_has_no_scores_before_anything_was_fed() -> None:
    engine = load("llama_cpp")
    with pytest.raises(GenerationFailed, match="no scores"):
        engine.logits()
    engine.close()


def test_a_file_that_spells_control_tokens_gives_none(engine: Engine) -> None:
    controls = set(
        engine.encode([Control(token) for token in ("<s>", "<unk>", "<|end|>", "<|user|>", "<|endoftext|>")])
    )
    ids = engine.encode([Text(SPELLED)])
    assert not controls & set(ids)
    assert b"".join(map(engine.piece, ids)).decode() == SPELLED


def test_nul_and_lone_surrogates_cost_none_of_the_text(engine: Engine) -> None:
    ids = engine.encode([Text("a\x00b\ud800c\x00")])
    assert b"".join(map(engine.piece, ids)).decode() == "a\x00b\ufffdc\x00"
    assert run(fresh(engine), starter_prompt("x = '\x00\udfff'"))[1].finish_reason in ("end", "length")


def test_end_tokens_that_the_caller_names_end_a_turn_too() -> None:
    for name in MODELS:
        named = load(name, end_tokens=("<|placeholder1|>", "<|unknown|>"), context_tokens=64)
        assert named.encode([Control("<|placeholder1|>")])[0] in named.end_tokens
        assert None not in named.end_tokens
        named.close()


def test_both_engines_give_the_same_ids() -> None:
    both = [load(name, context_tokens=64) for name in MODELS]
    different = [
        name
        for name, text in {**ODD_TEXTS, "spelled": SPELLED, "source": SOURCE}.items()
        if both[0].encode(chat(text, text)) != both[1].encode(chat(text, text))
    ]
    for engine in both:
        engine.close()
    assert different == []


def test_what_was_held_before_an_interrupted_step_is_held_after_it(engine: Engine) -> None:
    ids = engine.encode(starter_prompt(SOURCE))
    before = scores_from_scratch(engine, ids[:64])
    engine.interrupt(True)
    assert not engine.feed(ids[64:96])
    engine.interrupt(False)
    assert engine.feed(ids[64:96])
    resumed = engine.logits().copy()
    assert np.abs(resumed - scores_from_scratch(engine, ids[:96])).max() < ROUNDING
    engine.rewind(63)
    engine.feed(ids[63:64])
    assert np.abs(engine.logits() - before).max() < ROUNDING


def test_a_step_is_given_up_in_its_middle_when_another_thread_asks(engine: Engine) -> None:
    ids = engine.encode(starter_prompt(SOURCE))
    expected = scores_from_scratch(engine, ids[:96]).copy()
    engine.rewind(64)
    wrong = [time for time in range(1, 9) if not _resumes(engine, ids[64:96], expected, after=time / 1000)]
    assert wrong == []


def _resumes(engine: Engine, tokens: list[int], expected: npt.NDArray[np.float32], *, after: float) -> bool:
    """Feed again and again until another thread interrupts, and once more; whether the scores are right then."""
    timer = threading.Timer(after, lambda: engine.interrupt(True))
    timer.start()
    ends = time.monotonic() + 30
    while engine.feed(tokens):
        engine.rewind(64)
        assert time.monotonic() < ends
    timer.join()
    engine.interrupt(False)
    assert engine.feed(tokens)
    scores = engine.logits().copy()
    engine.rewind(64)
    return bool(np.abs(scores - expected).max() < ROUNDING)


def test_other_threads_run_while_a_step_is_computed(engine: Engine) -> None:
    ids = engine.encode(starter_prompt(SOURCE))[:32]
    over = threading.Event()
    turns = 0

    def count() -> None:
        nonlocal turns
        while not over.wait(0.0001):
            turns += 1

    counter = threading.Thread(target=count)
    counter.start()
    ends = time.monotonic() + 30
    # Far more turns than the steps that the engine makes meanwhile, between which the lock is free anyway.
    steps = 0
    while turns < 100 and time.monotonic() < ends:
        engine.feed(ids)
        engine.rewind(0)
        steps += 1
    over.set()
    counter.join()
    assert turns > steps


@pytest.mark.parametrize(
    ("model", "message"),
    [
        pytest.param({}, "wanted the file genai_config.json, found none", id="no-folder"),
        pytest.param({"genai_config.json": "{}"}, "wanted the file tokenizer.json, found none", id="no-tokenizer"),
        pytest.param(
            {"genai_config.json": "{}", "tokenizer.json": "{}"},
            "wanted a model's genai_config.json, found KeyError: 'model'",
            id="empty-config",
        ),
    ],
)
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, model: dict[str, str], message: str) -> None:
    for name, content in model.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(LoadFailed) as refused:
        load("onnx_genai", tmp_path)
    assert str(refused.value) == f"model folder {tmp_path}: {message}"


def test_a_folder_without_its_weights_is_refused_with_the_engines_reason(tmp_path: Path) -> None:
    shutil.copytree(MODELS["onnx_genai"], tmp_path / "model", ignore=lambda _folder, _names: ["model.onnx.data"])
    with pytest.raises(LoadFailed, match=r"onnxruntime-genai cannot load .*model: .*data"):
        load("onnx_genai", tmp_path / "model")


@pytest.mark.parametrize("provider", ["cuda", "dml"])
def test_a_provider_that_is_not_there_is_refused_and_nothing_else_is_taken(provider: str) -> None:
    with pytest.raises(LoadFailed):
        load("onnx_genai", provider=provider)


@pytest.mark.parametrize("name", MODELS)
def test_a_provider_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(LoadFailed, match=r"^provider 'abacus': wanted "):
        load(name, provider="abacus")


def test_a_section_that_crashes_the_engine_is_left_out_and_bounds_the_context(tmp_path: Path) -> None:
    shutil.copytree(MODELS["onnx_genai"], tmp_path / "model")
    file = tmp_path / "model" / "genai_config.json"
    config = json.loads(file.read_text())
    config["model"]["decoder"]["sliding_window"] = {
        "window_size": 512,
        "slide_key_value_cache": False,
        "layers": [],
        "cache_slack": 0,
    }
    file.write_text(json.dumps(config))
    windowed, plain = load("onnx_genai", tmp_path / "model"), load("onnx_genai")
    assert windowed.context_tokens == 512
    ids = plain.encode(starter_prompt(SOURCE))[:400]
    assert np.array_equal(scores_from_scratch(windowed, ids), scores_from_scratch(plain, ids))
    assert json.loads(file.read_text()) == config


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "wanted a GGUF file, found none", id="missing"),
        pytest.param(b"", "llama.cpp cannot load it: ", id="empty"),
        pytest.param(b"GGUF" + b"\x00" * 100, "llama.cpp cannot load it: ", id="garbage"),
    ],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LoadFailed) as refused:
        load("llama_cpp", file)
    assert str(refused.value).startswith(f"model file {file}: {message}")
    assert "it gives no reason" not in str(refused.value)


def test_a_gpu_is_not_replaced_by_the_cpu() -> None:
    native = pytest.importorskip("llama_cpp.llama_cpp", reason="needs llama_cpp", exc_type=ImportError)
    if native.llama_supports_gpu_offload():
        pytest.skip("this llama-cpp-python is built for a GPU")
    with pytest.raises(LoadFailed, match="found a build for the CPU"):
        load("llama_cpp", provider="gpu")


def test_a_cache_that_does_not_fit_is_refused_before_the_system_kills_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 3 << 20)
    with pytest.raises(LoadFailed) as refused:
        load("llama_cpp")
    assert str(refused.value) == (
        "the KV cache wants 5 MiB, 3 MiB of memory are free; choose a shorter context or a smaller model"
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_context_is_never_longer_than_the_models_own(name: str) -> None:
    engine = load(name, context_tokens=1_000_000)
    assert engine.context_tokens == 2048
    engine.close()
