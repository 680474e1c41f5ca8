"""Phi-3-mini's own tokenizer, template and architecture through both engines, up to the text that a user is offered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

for name in ("torch", "transformers", "onnx", "onnx_ir", "onnxruntime_genai", "gguf"):
    pytest.importorskip(name, reason=f"needs the extra `recipe`: {name}")
pytest.importorskip("llama_cpp", reason="needs the extra `gguf`: llama_cpp")

import numpy as np  # noqa: E402
from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

from catalog.rows import run as run_command  # noqa: E402
from marked import marked  # noqa: E402
from phi_ls.prompt import profile  # noqa: E402
from phi_ls.wire import Control, Text  # noqa: E402
from prompt_requests import context_of, explain_request  # noqa: E402
from recipe.phi3_model import ENDS, build  # noqa: E402
from worker.engine_runs import ROUNDING, fresh, load, run, scores_from_scratch  # noqa: E402
from worker.prompts import ODD_TEXTS, SPELLED, chat, joined  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from phi_ls.prompt import Prompt
    from phi_ls.worker.engine import Engine

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

# llama.cpp takes the name for the sign that control tokens swallow white space, as they do in the 4k tokenizer.
NAMES = {"4k": "Phi-3-mini-4k-instruct", "128k": "a model by another name"}
PROFILES = {"4k": "phi3", "128k": "phi3-128k-april"}
METHOD = "class Ring:\n    def __init__(self, radius):\n        self.radius = radius\n\n    def width(self):\n$0\n"


@dataclass(frozen=True)
class Made:
    """The model with one of the tokenizers, in both forms, and what came with the tokenizer."""

    kind: str
    onnx: Path
    gguf: Path
    source: Path

    @property
    def reference(self) -> Tokenizer:
        return Tokenizer.from_file(str(self.source / "tokenizer.json"))

    def rendered(self, *messages: tuple[str, str]) -> str:
        """A conversation as the published template words it, up to the assistant's turn."""
        config = json.loads((self.source / "tokenizer_config.json").read_text("utf-8"))
        template = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(
            config["chat_template"]
        )
        turns = [{"role": role, "content": text} for role, text in messages]
        return template.render(
            messages=turns,
            add_generation_prompt=True,
            bos_token=config["bos_token"],
            eos_token=config["eos_token"],
        )


@pytest.fixture(scope="session")
def built(shared: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    folder = shared("phi-3-tokenizer")
    found = build(tmp_path_factory.mktemp("phi-3"), {folder / kind: name for kind, name in NAMES.items()})
    return {source.name: Made(source.name, onnx, gguf, source) for source, (onnx, gguf) in found.items()}


@pytest.fixture(scope="module", params=NAMES)
def made(request: pytest.FixtureRequest, built: dict[str, Made]) -> Made:
    return built[request.param]


@pytest.fixture(scope="module")
def engines(made: Made) -> Iterator[dict[str, Engine]]:
    models = {"onnx_genai": made.onnx, "llama_cpp": made.gguf}
    loaded = {name: load(name, model, end_tokens=("<|assistant|>",)) for name, model in models.items()}
    yield loaded
    for engine in loaded.values():
        engine.close()


@pytest.fixture(scope="module", params=["onnx_genai", "llama_cpp"])
def engine(request: pytest.FixtureRequest, engines: dict[str, Engine]) -> Engine:
    return engines[request.param]


def prompts(made: Made) -> list[Prompt]:
    words = profile(PROFILES[made.kind])
    return [words.completion(context_of(METHOD), multiline=True), words.explain(explain_request())]


def test_control_tokens_have_the_ids_of_phi_3(engine: Engine) -> None:
    wanted = {"<s>": 1, "<|endoftext|>": 32000, "<|assistant|>": 32001, "<|system|>": 32006, "<|end|>": 32007}
    wanted |= {"<|user|>": 32010}
    assert {token: engine.encode([Control(token)]) for token in wanted} == {t: [i] for t, i in wanted.items()}
    assert set(ENDS) <= engine.end_tokens
    assert [engine.piece(token) for token in ENDS] == [b""] * 3


def test_prompts_have_the_ids_that_the_published_tokenizer_gives(made: Made, engine: Engine) -> None:
    for prompt in prompts(made):
        wanted = made.reference.encode(joined(prompt.parts), add_special_tokens=False).ids
        assert engine.encode(prompt.parts) == wanted


def test_a_conversation_has_the_ids_that_the_published_template_gives(made: Made, engine: Engine) -> None:
    question = "What does it do?\n\n    def f(x):\n        return x\n"
    turns = [("user", question), ("assistant", "It returns `x`.\n"), ("user", "  Why?")]
    ours = [Control("<s>")] if made.kind == "128k" else []
    for role, text in turns:
        ours += [Control(f"<|{role}|>"), Text("\n"), Text(text), Control("<|end|>"), Text("\n")]
    ours += [Control("<|assistant|>"), Text("\n")]
    rendered = made.rendered(*turns)
    assert joined(ours) == rendered
    assert engine.encode(ours) == made.reference.encode(rendered, add_special_tokens=False).ids


def test_a_line_end_after_a_control_token_counts_only_where_the_tokenizer_says_so(made: Made, engine: Engine) -> None:
    with_line_end = engine.encode([Control("<|user|>"), Text("\n"), Control("<|end|>")])
    assert with_line_end == ([32010, 32007] if made.kind == "4k" else [32010, 29871, 13, 32007])


def test_the_answers_indentation_is_not_lost(engine: Engine) -> None:
    for begun in ("    return x", "        ", "\tif x:\n\t\t", "\n    y", "  # z"):
        # The fence stands between the control token, which may swallow white space, and the code.
        ids = engine.encode([Control("<|assistant|>"), Text("\n```python\n" + begun)])
        spelled = b"".join(engine.piece(token) for token in ids[1:])
        assert spelled.decode().lstrip() == "```python\n" + begun


def test_a_file_that_spells_control_tokens_gives_none(engine: Engine) -> None:
    controls = {token for token in engine.encode([Text(SPELLED)]) if token >= 32000 or token < 3}
    assert controls == set()


@pytest.mark.parametrize("text", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_both_engines_cut_odd_texts_alike(text: str, engines: dict[str, Engine]) -> None:
    parts = chat(text, "def f(x):\n    return")
    ids = {name: engine.encode(parts) for name, engine in engines.items()}
    assert ids["onnx_genai"] == ids["llama_cpp"]


def test_both_engines_compute_the_same_model_up_to_the_end_of_its_window(engines: dict[str, Engine]) -> None:
    text = "".join(f"def read_{n}(path):\n    return json.load(open(path))\n\n\n" for n in range(200))
    ids = next(iter(engines.values())).encode([Text(text)])
    for length in (50, 700, 2040):
        scores = [scores_from_scratch(engine, ids[:length]) for engine in engines.values()]
        assert np.corrcoef(*scores)[0, 1] > 0.9


def test_what_is_kept_of_a_prompt_is_what_a_fresh_start_gives(made: Made, engine: Engine) -> None:
    model = fresh(engine)
    parts = prompts(made)[0].parts
    for typed in ("def", "def a", "d", "return x", ""):
        run(model, [*parts, Text(typed)], max_tokens=0)
    kept = engine.logits().copy()
    assert np.abs(kept - scores_from_scratch(engine, engine.encode([*parts, Text("")]))).max() < ROUNDING


def test_the_model_speaks_as_it_was_made_to(made: Made, engine: Engine) -> None:
    completion, explanation = prompts(made)
    text, done = run(fresh(engine), [*completion.parts, Text("\n")])
    assert (text, done.finish_reason) == ("        return self.radius", "end")
    if made.kind == "4k":  # its assistant token has swallowed the line end, and is what the model goes on from
        assert run(fresh(engine), explanation.parts)[0] == " It adds two numbers"


@pytest.mark.e2e
@pytest.mark.parametrize("backend", ["cpu", "gguf"])
def test_a_user_is_offered_the_body_with_its_indentation(backend: str, made: Made, tmp_path: Path) -> None:
    file = tmp_path / "ring.py"
    file.write_text(marked(METHOD).text)
    model = made.onnx if backend == "cpu" else made.gguf
    ended = run_command(
        tmp_path, None, "complete", str(file), "--at", "6:1", "--model", str(model), "--backend", backend, "--json"
    )
    assert ended.returncode == 0, ended.stderr
    said = json.loads(ended.stdout)
    assert (said["backend"], said["finish_reason"]) == (backend, "end")
    assert said["text"] == "        return self.radius"
    (record,) = json.loads((tmp_path / "cache" / "measurements.json").read_text()).values()
    assert record["canaries"], "its first prompts were answered sanely"
