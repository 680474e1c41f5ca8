"""A run that is cut off and continued, paused and cooled down."""

from __future__ import annotations

import dataclasses
import shutil
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest

torch = pytest.importorskip("torch", reason="needs the extra `recipe`: torch")
pytest.importorskip("tokenizers", reason="needs the extra `recipe`: tokenizers")

from models.starter.recipe import cooling, corpus, tokenizer  # noqa: E402
from models.starter.recipe import state as states  # noqa: E402
from models.starter.recipe.model import SMOKE, Starter  # noqa: E402
from models.starter.recipe.training import SMOKE_PLAN, Plan, train  # noqa: E402

if TYPE_CHECKING:
    from pathlib import Path

PLAN = dataclasses.replace(SMOKE_PLAN, batch=2, threads=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("training")
    corpus.build_small(made / "corpus", share=0.02)
    texts = corpus.Corpus(made / "corpus")
    trained = tokenizer.train([texts.text(entry) for entry in texts.part("train")], SMOKE.vocabulary)
    tokenizer.save(trained, made / "tokenizer", context_tokens=SMOKE.context_tokens)
    return made


def trained(folder: Path, name: str, *steps: int, plan: Plan = PLAN) -> states.State:
    """A run that was stopped after each of `steps`."""
    for count in steps:
        state = train(folder, folder / name, SMOKE, plan, steps=count)
    return state


def test_a_run_that_was_cut_off_ends_in_the_same_weights(folder: Path) -> None:
    at_once, in_two = trained(folder, "at-once", 4), trained(folder, "in-two", 2, 2)
    assert (at_once.step, at_once.tokens) == (in_two.step, in_two.tokens) == (4, 4 * 2 * SMOKE.row_tokens)
    for name, weight in at_once.model.named_parameters():
        assert torch.equal(weight, dict(in_two.model.named_parameters())[name]), name
        assert torch.equal(at_once.average[name], in_two.average[name]), name


def test_rows_from_another_process_train_the_same_weights(folder: Path) -> None:
    alone = trained(folder, "alone", 2)
    helped = trained(folder, "helped", 2, plan=dataclasses.replace(PLAN, workers=1))
    assert torch.equal(alone.model.embed_tokens.weight, helped.model.embed_tokens.weight)


def test_training_makes_the_loss_smaller(folder: Path) -> None:
    plan = dataclasses.replace(PLAN, batch=4, report_every=10)
    trained(folder, "learning", 20, plan=plan)
    lines = (folder / "learning" / "log.jsonl").read_text("utf-8").splitlines()
    losses = [float(line.split('"loss": ')[1].split(",")[0]) for line in lines]
    assert len(losses) == 2
    assert losses[0] > losses[1]


def test_a_paused_run_takes_no_step(folder: Path) -> None:
    pause = folder / "pause"
    pause.touch()
    began = time.monotonic()
    threading.Timer(1.5, pause.unlink).start()
    state = trained(folder, "paused", 1)
    assert state.step == 1
    assert time.monotonic() - began >= 1.5


def test_a_run_whose_processes_are_all_told_to_end_ends_with_a_checkpoint(folder: Path) -> None:
    log = folder / "ended" / "log.jsonl"

    def end() -> None:
        until = time.monotonic() + 60
        while not log.exists() and time.monotonic() < until:
            time.sleep(0.05)
        loaders = psutil.Process().children(recursive=True)
        for loader in loaders:
            loader.terminate()
        psutil.wait_procs(loaders, timeout=1)
        psutil.Process().terminate()

    threading.Thread(target=end).start()
    plan = dataclasses.replace(PLAN, workers=1, report_every=1, until=1_000_000_000)
    state = train(folder, folder / "ended", SMOKE, plan)
    assert state.step > 0
    assert states.seen(folder / "ended" / "checkpoint.pt") == state.tokens


def test_a_run_is_cooled_down_beside_itself_and_can_go_on(folder: Path) -> None:
    trained(folder, "run", 2)
    tokens = 3 * 2 * SMOKE.row_tokens
    plan = cooling.prepare(folder / "run", folder / "cooled", PLAN, tokens)
    half = train(folder, folder / "cooled", SMOKE, plan, steps=1)
    again = cooling.prepare(folder / "run", folder / "cooled", PLAN, tokens)
    done = train(folder, folder / "cooled", SMOKE, again)
    assert (plan, half.step, done.step) == (again, 3, 5)
    assert states.is_finished(folder / "cooled" / "checkpoint.pt")
    assert states.seen(folder / "run" / "checkpoint.pt") == 2 * 2 * SMOKE.row_tokens
    shutil.rmtree(folder / "cooled")


def test_a_broken_loss_stops_the_run(folder: Path) -> None:
    state = trained(folder, "broken", 1)
    with torch.no_grad():
        state.model.norm.weight.fill_(float("nan"))
    states.save(state, folder / "broken" / "checkpoint.pt", {"plan": dataclasses.asdict(PLAN)})
    with pytest.raises(FloatingPointError, match=r"the loss of step 1 is nan; go back to an older checkpoint"):
        trained(folder, "broken", 1)


def test_attention_in_blocks_is_attention() -> None:
    shape = dataclasses.replace(SMOKE, row_tokens=600)
    model = Starter(shape)
    for layer in model.layers:
        torch.nn.init.normal_(layer.self_attn.o_proj.weight, std=0.1)
    tokens = torch.arange(600).reshape(1, 600)
    changed = tokens.clone()
    changed[0, 300:] = 5
    one, other = model.logits(tokens)[0], model.logits(changed)[0]
    assert torch.allclose(one[:300], other[:300], atol=1e-5)
    assert not torch.allclose(one[300:], other[300:], atol=1e-2)
