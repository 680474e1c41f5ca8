"""What is shown unasked: nothing of a model that was found too weak, unless the user wants it."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from marked import marked
from phi_ls.catalog import local_models, read_catalog
from phi_ls.features.advice import after_silence
from phi_ls.features.assistant import Assistant
from phi_ls.features.calibration import Calibration
from phi_ls.features.doctor import as_text, examine
from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.features.unasked import withheld
from phi_ls.hardware import HardwareReport
from phi_ls.inference.select import Candidate
from phi_ls.settings import Unasked, resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

BOUND = 60.0
STARTER = next(local for local in local_models(read_catalog()) if local.model.starter)
WEAK = replace(STARTER, model=replace(STARTER.model, id="weak", withheld="it guesses"))
GOOD = replace(STARTER, model=replace(STARTER.model, id="good", withheld=""))
KNOWN = "result = compute(first)\nresult = compute(first)\n"
LINE = "result = compute($0\n"
BY_ROW = "weak is not shown unasked: it guesses; pull a larger model, or ask by hand"
BY_MEASURE = "the model was measured, and is too often wrong to be shown unasked"
BY_SETTING = "the setting phi.inlineCompletion.unasked is lookup"
NEVER, SOMETIMES = Calibration(1.0, 200, ()), Calibration(0.6, 200, ())


@pytest.mark.parametrize(
    ("wanted", "local", "calibration", "reason"),
    [
        pytest.param(Unasked.AUTO, GOOD, None, "", id="good"),
        pytest.param(Unasked.AUTO, GOOD, SOMETIMES, "", id="good-and-sometimes-sure"),
        pytest.param(Unasked.AUTO, GOOD, NEVER, BY_MEASURE, id="good-but-not-here"),
        pytest.param(Unasked.AUTO, WEAK, None, BY_ROW, id="weak"),
        pytest.param(Unasked.MODEL, WEAK, SOMETIMES, "", id="weak-but-wanted"),
        pytest.param(Unasked.MODEL, WEAK, NEVER, BY_MEASURE, id="wanted-but-never-sure"),
        pytest.param(Unasked.LOOKUP, GOOD, None, BY_SETTING, id="only-lookup"),
        pytest.param(Unasked.AUTO, None, None, "", id="no-row"),
    ],
)
def test_who_is_shown_unasked(wanted: Unasked, local: object, calibration: Calibration | None, reason: str) -> None:
    candidate = Candidate("cpu", "onnx_genai", "some", "ready", "", local=local)  # type: ignore[arg-type]
    assert withheld(wanted, candidate, calibration) == reason


@asynccontextmanager
async def assistant_with(unasked: str, backend: str) -> AsyncGenerator[Assistant, None]:
    """A loaded assistant."""
    completions = {"debounceMs": 0, "unasked": unasked}
    settings, problems = resolve([{"backend": backend, "inlineCompletion": completions}])
    assert problems == []
    assistant = Assistant(settings)
    await assistant.start()
    await assistant.supervisor.client()
    try:
        yield assistant
    finally:
        await assistant.close()


async def ask(assistant: Assistant, text: str, trigger: Trigger = Trigger.AUTOMATIC) -> Offer:
    m = marked(text)
    return await asyncio.wait_for(complete(assistant, m.source(), m.cursor, trigger=trigger), BOUND)


@pytest.mark.e2e
async def test_where_the_model_is_withheld_lookup_answers_and_asking_by_hand_asks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.json").write_text(json.dumps({"default": "other)"}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    async with assistant_with("lookup", "scripted") as assistant:
        nothing = await ask(assistant, LINE)
        assert (nothing.text, nothing.gate, nothing.account.new_tokens) == ("", BY_SETTING, 0)
        assert assistant.last_decision.why == BY_SETTING
        assert assistant.status.withheld == BY_SETTING
        found = await ask(assistant, KNOWN + LINE)
        assert (found.text, found.came_from) == ("first)", "lookup")
        typed = await ask(assistant, KNOWN + "result = compute(fi$0\n")
        assert (typed.text, typed.came_from) == ("rst)", "cache")
        by_hand = await ask(assistant, KNOWN + LINE, Trigger.INVOKED)
        assert (by_hand.text, by_hand.came_from) == ("other)", "model")


@pytest.mark.e2e
async def test_who_asks_by_hand_gets_what_lookup_knows_where_the_model_has_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "script.json").write_text(json.dumps({"default": ""}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    async with assistant_with("lookup", "scripted") as assistant:
        by_hand = await ask(assistant, KNOWN + LINE, Trigger.INVOKED)
        assert (by_hand.text, by_hand.came_from) == ("first)", "lookup")
        assert by_hand.account.prompt_tokens > 0


@pytest.mark.e2e
@pytest.mark.parametrize("text", [LINE, "result = compute(fi$0x)\n"], ids=["withheld", "inside-a-word"])
async def test_an_editor_that_asks_by_itself_right_after_a_user_gets_what_they_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    script = {"default": "rst, other, last", "token_ms": 40}
    (tmp_path / "script.json").write_text(json.dumps(script))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    async with assistant_with("lookup", "scripted") as assistant:
        alone = await ask(assistant, text)
        assert alone.text == ""
        assert alone.gate != ""
        by_hand = asyncio.create_task(ask(assistant, text, Trigger.INVOKED))
        async with asyncio.timeout(BOUND):
            while assistant.flight is None or assistant.flight.unasked:  # noqa: ASYNC110 - nothing tells of it
                await asyncio.sleep(0.001)
        by_itself = await ask(assistant, text)
        assert by_itself.text.startswith("rst")
        assert by_itself.came_from == "stream"
        assert (await by_hand).superseded


@pytest.mark.engine
@pytest.mark.e2e
async def test_the_starter_model_is_asked_only_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime_genai", reason="needs onnxruntime_genai")
    if not STARTER.model.withheld:
        pytest.skip("the starter model is worth showing")
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    async with assistant_with("auto", "cpu") as assistant:
        offer = await ask(assistant, LINE)
        assert (offer.text, offer.account.new_tokens) == ("", 0)
        assert offer.gate.startswith("starter is not shown unasked: ")
        assert "\n" not in offer.gate
        assert f" unasked {offer.gate} " in " ".join(as_text(examine(assistant)).split())
        assert (await ask(assistant, LINE, Trigger.INVOKED)).account.new_tokens > 0
        large, small = (HardwareReport("linux", "x86_64", "one", 8, 8, mib, mib) for mib in (64_000, 1_000))
        said = (
            "Nothing was suggested while you typed: what the starter model writes is too often wrong to be shown "
            "unasked, and no similar text was found around this file. You can ask for a suggestion by hand"
        )
        assert after_silence(assistant, small, by_hand=True) == f"{said}."
        better = after_silence(assistant, large, by_hand=True).removeprefix(f"{said}, or have a better model: ")
        assert re.fullmatch(r"`phi-ls models pull phi-\S+` fetches \d\S* GB\.", better)
        short = after_silence(assistant, large, by_hand=True, pulls=True)
        assert re.search(
            r"to be shown unasked\. You can .* by hand, or have a better model \(phi-\S+, \d\S* GB\)\.$", short
        )


@pytest.mark.engine
@pytest.mark.e2e
async def test_a_user_can_have_the_starter_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime_genai", reason="needs onnxruntime_genai")
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    async with assistant_with("model", "cpu") as assistant:
        assert (await ask(assistant, LINE)).account.new_tokens > 0
        assert assistant.status.withheld == ""
        assert "unasked" not in as_text(examine(assistant))
