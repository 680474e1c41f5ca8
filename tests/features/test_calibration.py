"""Confidence: what was measured of a model decides what is offered of it unasked."""

from __future__ import annotations

import asyncio
import json
import math
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from marked import marked
from phi_ls.features.assistant import Assistant
from phi_ls.features.calibration import Calibration, Calibrations, Quarter, confidence_of, least_of, store
from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

BOUND = 30.0
QUARTERS = tuple(Quarter(lowest / 100, 50, share) for lowest, share in ((5, 0.0), (20, 0.1), (40, 0.3), (70, 0.6)))
MEASURED = Calibration(0.5, 200, QUARTERS)
FLOORED = Calibration(0.5, 200, QUARTERS, floor=0.6)
LINE = "result = compute($0\n"
KNOWN = "result = compute(first)\nresult = compute(first)\n"


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without measurements."""
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@asynccontextmanager
async def assistant_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, confidence: float, known: Calibration | None
) -> AsyncGenerator[Assistant, None]:
    """A loaded assistant whose model says `text` with that confidence, and what was measured of it."""
    rule: dict[str, Any] = {"when": "", "text": text, "logprob": math.log(confidence)}
    (folder / "script.json").write_text(json.dumps({"rules": [rule]}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(folder / "script.json"))
    settings, _ = resolve([{"backend": "scripted", "inlineCompletion": {"debounceMs": 0}}])
    assistant = Assistant(settings)
    assistant.calibrations = Calibrations({"scripted scripted": known} if known else {})
    await assistant.start()
    await assistant.supervisor.client()
    try:
        yield assistant
    finally:
        await assistant.close()


async def ask(assistant: Assistant, text: str, trigger: Trigger = Trigger.AUTOMATIC) -> Offer:
    m = marked(text)
    return await asyncio.wait_for(complete(assistant, m.source(), m.cursor, trigger=trigger), BOUND)


def test_what_is_stored_is_read_again(own_home: Path) -> None:
    assert Calibrations().of("phi", "cpu") is None
    file = store("phi", "cpu", MEASURED)
    store("phi", "gguf", Calibration(1.0, 10, ()))
    assert own_home in file.parents
    known = Calibrations()
    assert known.of("phi", "cpu") == MEASURED
    assert known.of("phi", "gguf") == Calibration(1.0, 10, ())
    store("phi", "cuda", FLOORED)
    assert Calibrations().of("phi", "cuda") == FLOORED


def test_a_measurement_from_before_there_were_floors_has_none(own_home: Path) -> None:
    file = store("phi", "cpu", MEASURED)
    file.write_text(file.read_text().replace('"floor"', '"unknown"'))
    assert Calibrations().of("phi", "cpu") == MEASURED


@pytest.mark.parametrize("content", ["", "[]", '{"phi cpu": 3}', '{"phi cpu": {"threshold": "x"}}'])
def test_a_damaged_file_measures_nothing(content: str, own_home: Path) -> None:
    store("phi", "cpu", MEASURED).write_text(content)
    assert Calibrations().of("phi", "cpu") is None


@pytest.mark.parametrize(("confidence", "share"), [(0.01, 0.0), (0.05, 0.0), (0.39, 0.1), (0.4, 0.3), (0.99, 0.6)])
def test_the_quarter_of_a_confidence_tells_how_often_it_is_right(confidence: float, share: float) -> None:
    assert MEASURED.right(confidence) == share


def test_confidence_is_the_geometric_mean_of_the_probabilities() -> None:
    assert confidence_of([math.log(0.5), math.log(0.125)]) == pytest.approx(0.25)
    assert confidence_of([]) == 0.0
    assert least_of([math.log(0.5), math.log(0.125)]) == pytest.approx(0.125)
    assert least_of([]) == 0.0


@pytest.mark.e2e
async def test_below_the_threshold_nothing_is_offered_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, "x)", 0.31, MEASURED) as assistant:
        offer = await ask(assistant, LINE)
        assert (offer.text, offer.gate) == ("", "confidence 0.31 is below 0.50")
        assert assistant.last_decision.why == "confidence 0.31 is below 0.50"
        asked = await ask(assistant, LINE, Trigger.INVOKED)
        assert (asked.text, asked.gate) == ("x)", "")


@pytest.mark.e2e
async def test_a_doubted_text_is_asked_for_once_and_shown_when_it_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, "first)", 0.31, MEASURED) as assistant:
        asked = [
            await ask(assistant, LINE),
            await ask(assistant, LINE.replace("$0", "fi$0")),
            await ask(assistant, LINE),
            await ask(assistant, LINE.replace("$0", "f$0"), Trigger.INVOKED),
            await ask(assistant, LINE.replace("$0", "fi$0")),
        ]
    doubt = "confidence 0.31 is below 0.50"
    assert [(offer.text, offer.came_from, offer.gate) for offer in asked] == [
        ("", "model", doubt),
        ("", "cache", doubt),
        ("", "cache", doubt),
        ("irst)", "cache", ""),
        ("rst)", "cache", ""),
    ]


@pytest.mark.e2e
async def test_one_guessed_token_is_enough_to_offer_nothing_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, "first)", 0.55, FLOORED) as assistant:
        asked = [await ask(assistant, LINE), await ask(assistant, LINE), await ask(assistant, LINE, Trigger.INVOKED)]
        why = "the least sure token has 0.55, which is below 0.60"
        assert [(offer.text, offer.came_from, offer.gate) for offer in asked] == [
            ("", "model", why),
            ("", "cache", why),
            ("first)", "cache", ""),
        ]
        assert assistant.decisions[0]["least"] == pytest.approx(0.55)


BLOCK = "def f(a):\n    $0\n"
WRITTEN = "b = a + 1\n    c = b + 1\n    return c\n"


@pytest.mark.e2e
async def test_a_doubted_block_ends_with_its_first_line_unless_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, "    " + WRITTEN, 0.31, MEASURED) as assistant:
        unasked = await ask(assistant, BLOCK)
        asked = await ask(assistant, BLOCK, Trigger.INVOKED)
        again = await ask(assistant, BLOCK)
    assert (unasked.text, unasked.account.finish_reason) == ("", "doubted")
    assert unasked.account.new_tokens < 10
    assert (asked.text, asked.came_from) == (WRITTEN.rstrip("\n"), "model")
    assert (again.text, again.came_from) == (WRITTEN.rstrip("\n"), "cache")


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("confidence", "known"),
    [pytest.param(0.8, MEASURED, id="sure"), pytest.param(0.1, None, id="never-measured")],
)
async def test_what_is_sure_or_was_never_measured_is_offered(
    confidence: float, known: Calibration | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, "x)", confidence, known) as assistant:
        offer = await ask(assistant, LINE)
        assert (offer.text, offer.came_from) == ("x)", "model")
        assert offer.confidence == pytest.approx(confidence, abs=0.01)


@pytest.mark.e2e
async def test_a_model_that_is_never_worth_it_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, "x)", 0.9, Calibration(1.0, 200, QUARTERS)) as assistant:
        offer = await ask(assistant, LINE)
        assert offer.gate == "the model was measured, and is too often wrong to be shown unasked"
        assert offer.account.new_tokens == 0
        assert (await ask(assistant, KNOWN + LINE)).came_from == "lookup"
        assert (await ask(assistant, LINE, Trigger.INVOKED)).text == "x)"


@pytest.mark.e2e
async def test_a_likely_match_needs_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, "x)", 0.9, MEASURED) as assistant:
        offer = await ask(assistant, KNOWN + LINE)
        assert (offer.text, offer.came_from, offer.account.new_tokens) == ("first)", "lookup", 0)


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("confidence", "known", "came_from"),
    [
        pytest.param(0.8, MEASURED, "model", id="the-model-is-more-often-right"),
        pytest.param(0.3, MEASURED, "lookup", id="the-match-is-more-often-right"),
        pytest.param(0.3, None, "model", id="the-model-was-never-measured"),
    ],
)
async def test_a_fair_match_and_the_model_are_weighed(
    confidence: float, known: Calibration | None, came_from: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phi_ls.features.inline_completion.INSTANT", 0.99)
    monkeypatch.setattr("phi_ls.features.inline_completion.ALONE", 0.2)
    async with assistant_with(tmp_path, monkeypatch, "x)", confidence, known) as assistant:
        offer = await ask(assistant, KNOWN + LINE)
        assert offer.came_from == came_from
        assert offer.account.new_tokens > 0
