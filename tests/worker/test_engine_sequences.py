"""What the real engines keep side by side, and how they finish a word that is half written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from phi_ls.errors import GenerationFailed
from phi_ls.wire import Control, Text
from phi_ls.worker import memory
from phi_ls.worker.model import Model
from phi_ls.worker.sequences import Sequences
from worker.engine_runs import MODELS, ROUNDING, SOURCE, fresh, load, run, scores_from_scratch, starter_prompt

if TYPE_CHECKING:
    from phi_ls.worker.engine import Engine

pytestmark = pytest.mark.engine

ASKED = [Control("<|user|>"), Text("\nWhat does this do?\n" + SOURCE[:600]), Control("<|end|>")]


def test_an_action_leaves_the_typing_prompt_in_the_cache(engine: Engine) -> None:
    model = fresh(engine)
    run(model, starter_prompt(SOURCE + "def re"))
    asked = [run(model, ASKED, sequence="action")[1].statistics for _ in range(2)]
    text, done = run(model, starter_prompt(SOURCE + "def read_20(path):\n    return"), max_tokens=24)
    assert (asked[0].reused_tokens, asked[1].prefilled_tokens) == (0, 1)
    assert done.statistics.reused_tokens > 200
    assert done.statistics.prefilled_tokens <= 12
    assert text == run(fresh(engine), starter_prompt(SOURCE + "def read_20(path):\n    return"), max_tokens=24)[0]


def test_llama_cpp_brings_back_from_main_memory_what_had_to_go() -> None:
    engine = load("llama_cpp", context_tokens=512, options={"sequences": "1"})
    prompts = {name: starter_prompt(f"# {name}\n" + SOURCE[:900] + "    return") for name in ("a", "b")}
    plain = [run(fresh(engine), prompt, sequence=name)[0] for name, prompt in prompts.items()]
    for place in range(engine.sequences):
        engine.select(place)
        engine.rewind(0)
    kept = Model(engine, Sequences(engine, kept_bytes=1 << 24))
    texts, reused = [], []
    for name in ("a", "b", "a", "b"):
        text, done = run(kept, prompts[name], sequence=name)
        texts.append(text)
        reused.append(done.statistics.prompt_tokens - done.statistics.prefilled_tokens)
    engine.close()
    prompt_tokens = done.statistics.prompt_tokens
    assert 2 * prompt_tokens > engine.cells
    assert texts == plain * 2
    assert reused == [0, 0, prompt_tokens - 1, prompt_tokens - 1]


def test_llama_cpp_takes_no_state_but_its_own() -> None:
    engine = load("llama_cpp", context_tokens=256)
    ids = engine.encode(starter_prompt(SOURCE))[:100]
    scores = scores_from_scratch(engine, ids)
    state = engine.save(1 << 24)
    assert state is not None
    assert engine.save(len(state) - 1) is None
    assert not engine.restore(bytearray(b"rubbish" * 100))
    assert engine.restore(state)
    engine.rewind(99)
    engine.feed(ids[99:])
    assert np.abs(engine.logits() - scores).max() < ROUNDING
    engine.close()


@pytest.mark.parametrize("name", MODELS)
def test_a_second_context_is_had_only_where_memory_is_free(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = {}
    for free in (16, 8):
        monkeypatch.setattr(memory, "available_bytes", lambda free=free: free << 20)
        engine = load(name, context_tokens=1024)
        cells[free] = min(engine.cells, engine.sequences * 1024)
        engine.close()
    assert cells == {16: 2048, 8: 1024}
    monkeypatch.undo()
    engine = load(name, context_tokens=512, options={"sequences": "3"})
    assert min(engine.cells, engine.sequences * 512) == 1536
    engine.close()


@pytest.mark.parametrize("name", MODELS)
def test_a_sequence_takes_no_more_than_the_context(name: str) -> None:
    engine = load(name, context_tokens=64, options={"sequences": "2"})
    assert engine.cells == 128
    assert engine.feed([1] * 32)
    assert engine.feed([1] * 32)
    with pytest.raises(GenerationFailed):
        engine.feed([1])
    engine.close()


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        pytest.param("def read_20(path):\n    retu", "rn json.load(", id="keyword"),
        pytest.param("def read_20(path):\n    return js", "on.load(", id="module"),
        pytest.param("def read_20(path):\n    return json.load(op", "en(path", id="builtin"),
        pytest.param("def read_20(path):\n ", "   ", id="blanks"),
    ],
)
def test_a_half_written_word_is_finished(engine: Engine, typed: str, begins: str) -> None:
    model = fresh(engine)
    parts = starter_prompt(SOURCE + typed)
    text, done = run(model, parts, heal=True)
    assert text.startswith(begins)
    assert done.statistics.healed_tokens > 0
    assert done.statistics.prompt_tokens + done.statistics.healed_tokens == len(engine.encode(parts))
    held = b"".join(map(engine.piece, model.sequences.enter("typing", [], 0).tokens)).decode()
    # The last token of an answer is not fed.
    assert SOURCE + typed in held
    assert (SOURCE + typed + text).startswith(held[held.index(SOURCE) :])


def test_typing_on_in_a_healed_word_computes_little(engine: Engine) -> None:
    model = fresh(engine)
    computed = []
    for typed in ("r", "re", "ret", "retu", "retur", "return"):
        _, done = run(model, starter_prompt(SOURCE + "def read_20(path):\n    " + typed), heal=True)
        computed.append(done.statistics.prefilled_tokens)
    assert max(computed[1:]) <= 3
