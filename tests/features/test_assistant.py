"""Completions, hovers and actions on the scripted engine: what a user gets, and why not."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from marked import marked
from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions import Answer, Edited, run
from phi_ls.features.assistant import Assistant
from phi_ls.features.hover import hover
from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.journal import Journal
from phi_ls.settings import resolve
from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

pytestmark = pytest.mark.e2e

BOUND = 30.0


@asynccontextmanager
async def assistant_with(
    folder: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any] | None = None, **script: Any
) -> AsyncGenerator[Assistant, None]:
    """An assistant whose model plays `script`."""
    file = folder / "script.json"
    file.write_text(json.dumps(script))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(file))
    resolved, problems = resolve([{"backend": "scripted", "inlineCompletion": {"debounceMs": 0}}, settings or {}])
    assert problems == []
    assistant = Assistant(resolved, Journal(str(folder / "journal")))
    await assistant.start()
    try:
        yield assistant
    finally:
        await assistant.close()
        assistant.journal.close()


async def ask(assistant: Assistant, text: str, *, invoked: bool = False, selected: Edit | None = None) -> Offer:
    m = marked(text)
    trigger = Trigger.INVOKED if invoked else Trigger.AUTOMATIC
    offer = complete(assistant, m.source(), m.cursor, trigger=trigger, selected=selected)
    return await asyncio.wait_for(offer, BOUND)


def applied(text: str, offer: Offer) -> str:
    return Edit(offer.span, offer.text).apply(marked(text).text)


async def test_an_invoked_completion_waits_for_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="a + b\n", load_ms=300) as assistant:
        offer = await ask(assistant, "def add(a, b):\n    return $0\n", invoked=True)
        assert applied("def add(a, b):\n    return $0\n", offer) == "def add(a, b):\n    return a + b\n"
        assert (offer.came_from, offer.backend, offer.gate) == ("model", "scripted", "")


async def test_an_automatic_one_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="a + b\n", load_ms=3000) as assistant:
        offer = await ask(assistant, "x = $0\n")
        assert offer.gate in ("the model is starting", "the model is loading")
        assert assistant.last_decision.why == offer.gate


async def test_a_completion_asked_for_while_the_worker_is_replaced_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="1\n") as assistant:
        await assistant.supervisor.client()
        restarting = asyncio.create_task(assistant.restart())
        await asyncio.sleep(0)
        assert (await ask(assistant, "x = $0\n", invoked=True)).text == "1"
        await restarting


async def test_typing_what_was_offered_asks_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="compute(1)\n") as assistant:
        await assistant.supervisor.client()
        assert (await ask(assistant, "x = $0\n")).text == "compute(1)"
        typed = await ask(assistant, "x = com$0\n")
        assert (typed.text, typed.came_from, typed.account.new_tokens) == ("pute(1)", "cache", 0)


@pytest.mark.parametrize(
    ("text", "settings", "gate"),
    [
        ("x = na$0me\n", {}, "the cursor stands inside a word"),
        ("\n$0", {}, "there is nothing before the cursor"),
        ("x = [" + "1, " * 4000 + "$0", {}, "the line is too long to be written by hand"),
        ("x = $0", {"inlineCompletion": {"enable": False}}, "switched off by a setting"),
        ("x = $0", {"enable": False}, "switched off by a setting"),
    ],
    ids=["inside a word", "empty", "a line without end", "off", "all off"],
)
async def test_a_gate_says_why_nothing_is_offered(
    text: str, settings: dict[str, Any], gate: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, settings, default="1\n") as assistant:
        offer = await ask(assistant, text)
        assert (offer.text, offer.gate) == ("", gate)
        assert (assistant.last_decision.what, assistant.last_decision.why) == ("nothing was offered", gate)
    (event,) = [line for line in _journal(tmp_path) if line["event"] == "completion"]
    assert (event["source"], event["gate"], event["shown_chars"]) == ("none", gate, 0)


async def test_of_two_requests_the_newer_one_is_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [{"when": r"y =$", "text": "2\n"}]
    async with assistant_with(tmp_path, monkeypatch, default="word " * 200, rules=rules, token_ms=20) as assistant:
        await assistant.supervisor.client()
        older = asyncio.create_task(ask(assistant, "x = $0\n"))
        await asyncio.sleep(0.05)
        newer = await ask(assistant, "x = 1\ny = $0\n")
        assert (await older).superseded
        assert newer.text == "2"


async def test_typing_what_the_model_is_writing_waits_for_the_same_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default=" first(second, third)\n", token_ms=40) as assistant:
        await assistant.supervisor.client()
        older = asyncio.create_task(ask(assistant, "x =$0\n"))
        await asyncio.sleep(0.1)
        newer = await ask(assistant, "x = fi$0\n")
        assert (newer.text, newer.came_from) == ("rst(second, third)", "stream")
        assert (await older).superseded
    assert [e["state"] for e in _journal(tmp_path) if e["event"] == "generation"] == ["asked", "prefilled", "ended"]


async def test_a_cancelled_request_leaves_its_generation_to_the_next_one_that_agrees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default=" first(second, third)\n", token_ms=40) as assistant:
        await assistant.supervisor.client()
        typed = marked("x = f$0\n")
        older = asyncio.create_task(ask(assistant, "x =$0\n"))
        await asyncio.sleep(0.1)
        assistant.newest = lambda _uri: typed.source()
        older.cancel()
        newer = await ask(assistant, "x = f$0\n")
        assert (newer.text, newer.came_from) == ("irst(second, third)", "stream")


async def test_a_cancelled_request_that_nothing_follows_stops_its_generation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="word " * 500, token_ms=20) as assistant:
        await assistant.supervisor.client()
        request = asyncio.create_task(ask(assistant, "x = $0\n"))
        await asyncio.sleep(0.1)
        request.cancel()
        async with asyncio.timeout(BOUND):
            while not any(e["event"] == "idle" for e in _journal(tmp_path)):  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
    ended = [e for e in _journal(tmp_path) if e["event"] == "generation"][-1]
    assert ended["finish_reason"] == "cancelled"
    assert ended["new_tokens"] < 50


async def test_a_differing_character_stops_the_generation_and_asks_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [{"when": r"x = other$", "text": "(1)\n"}]
    async with assistant_with(tmp_path, monkeypatch, default=" first" * 200, rules=rules, token_ms=20) as assistant:
        await assistant.supervisor.client()
        older = asyncio.create_task(ask(assistant, "x =$0\n"))
        await asyncio.sleep(0.1)
        newer = await ask(assistant, "x = other$0\n")
        assert (newer.text, newer.came_from) == ("(1)", "model")
        assert (await older).superseded


async def test_a_word_that_is_being_deleted_is_left_alone_until_something_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="()\n") as assistant:
        await assistant.supervisor.client()
        assert (await ask(assistant, "x = name$0\n")).text == "()"
        assert (await ask(assistant, "x = nam$0\n")).gate == "a part of the word was just deleted"
        assert (await ask(assistant, "x = nami$0\n")).text == "()"


async def test_a_line_with_a_secret_is_not_shown_to_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="x\n") as assistant:
        await assistant.supervisor.client()
        offer = await ask(assistant, 'password = "hunter2-and-more-letters"$0\n')
        assert offer.gate == "the line seems to hold a secret"


async def test_a_worker_that_dies_costs_one_empty_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [{"when": r"crash =$", "text": "a b c", "fails": "crash"}]
    async with assistant_with(tmp_path, monkeypatch, default="1\n", rules=rules) as assistant:
        await assistant.supervisor.client()
        lost = await ask(assistant, "crash = $0\n")
        assert lost.gate.startswith("error: the inference worker ended with code")
        assert (await ask(assistant, "x = $0\n", invoked=True)).text == "1"


async def test_the_selected_item_of_a_list_is_the_start_of_the_offer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = [{"when": r"x\.append$", "text": "(1)\n"}]
    text = "x = []\nx.ap$0\n"
    async with assistant_with(tmp_path, monkeypatch, rules=rules, default="wrong") as assistant:
        await assistant.supervisor.client()
        place = marked(text).cursor
        offer = await ask(assistant, text, selected=Edit(Span(place - 2, place), "append"))
        assert applied(text, offer) == "x = []\nx.append(1)\n"
        assert offer.text.startswith("append")


async def test_a_long_match_in_the_file_needs_no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "    result = compute_the_total_of_all_items(first_argument, second_argument)\n"
    async with assistant_with(tmp_path, monkeypatch, default="model\n", load_ms=3000) as assistant:
        offer = await ask(assistant, f"def f():\n{line}\n\ndef g():\n{line[:60]}$0\n")
        assert (offer.text, offer.came_from) == (line[60:].rstrip("\n"), "lookup")


async def test_a_prompt_that_is_too_long_is_shortened_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(f"a{i}=b{i}+c{i};d{i}(e{i})\n" for i in range(2000)) + "x = $0\n"
    async with assistant_with(tmp_path, monkeypatch, default="1\n", context_tokens=2047) as assistant:
        await assistant.supervisor.client()
        assert (await ask(assistant, text)).text == "1"


async def test_an_explanation_is_kept_for_hovers_until_the_code_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m = marked('def ar$0ea(r):\n    """The area."""\n    return 3 * r * r\n')
    source = m.source()
    async with assistant_with(tmp_path, monkeypatch, default="It multiplies.") as assistant:
        card = hover(assistant, source, m.cursor)
        assert card is not None
        assert (card.symbol.signature, card.symbol.docstring, card.explanation) == ("def area(r)", "The area.", None)
        grown: list[str] = []
        answer = await run(assistant, "explain", source, m.selection, grown.append)
        assert isinstance(answer, Answer)
        assert answer.markdown == (
            "# `area`\n\n```python\ndef area(r)\n```\n\nIt multiplies.\n\n---\n*scripted, on this machine*\n"
        )
        assert grown[-1] == "It multiplies."
        card = hover(assistant, source, m.cursor)
        assert card is not None
        assert card.explanation == "It multiplies."
        changed = Source(source.uri, "python", 2, source.text.replace("3", "4"))
        card = hover(assistant, changed, m.cursor)
        assert card is not None
        assert card.explanation is None


async def test_a_documentation_is_an_edit_of_one_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    m = marked("class A:\n    def ar$0ea(self, r):\n        return 3 * r * r\n")
    async with assistant_with(tmp_path, monkeypatch, default="Return the area.") as assistant:
        edited = await run(assistant, "document", m.source(version=7), m.selection, lambda _text: None)
        assert isinstance(edited, Edited)
        assert edited.source.version == 7
        (edit,) = edited.edits
        assert edit.apply(m.text) == (
            'class A:\n    def area(self, r):\n        """Return the area."""\n        return 3 * r * r\n'
        )


@pytest.mark.parametrize(
    ("action", "text", "error", "said"),
    [
        ("dance", "x = 1$0", UsageError, r"wanted an action \(explain, document, .*\), found 'dance'"),
        ("document", "x = (1$0)", UsageError, "wanted a function or a class to document, found none here"),
        ("explain", "\n$0\n", UsageError, "wanted code to explain, found an empty line"),
        ("document", "def f($0):\n    pass\n", GenerationFailed, "the model wrote no documentation for f"),
        ("explain", "def f($0):\n    pass\n", GenerationFailed, "the model had nothing to say"),
    ],
    ids=["unknown", "no symbol", "no code", "no documentation", "no explanation"],
)
async def test_an_action_that_cannot_be_done_says_why(
    action: str,
    text: str,
    error: type[Exception],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    m = marked(text)
    async with assistant_with(tmp_path, monkeypatch, default="") as assistant:
        with pytest.raises(error, match=said):
            await run(assistant, action, m.source(), m.selection, lambda _text: None)


async def test_new_settings_replace_the_worker_only_when_it_was_started_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="1\n") as assistant:
        first = await assistant.supervisor.client()
        warm, _ = resolve([{"backend": "scripted", "hover.mode": "off"}])
        await assistant.configure(warm)
        assert await assistant.supervisor.client() is first
        assert hover(assistant, marked("def f$0(): pass").source(), 5) is None
        cold, _ = resolve([{"backend": "scripted", "threads": 1}])
        await assistant.configure(cold)
        assert await assistant.supervisor.client() is not first


def _journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal").read_text().splitlines()]


async def test_a_restart_that_its_caller_leaves_is_done_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with assistant_with(tmp_path, monkeypatch, default="fine") as assistant:
        first = await assistant.supervisor.client()
        restart = asyncio.create_task(assistant.restart())
        await asyncio.sleep(0)
        restart.cancel()
        await asyncio.wait({restart})
        assert restart.cancelled()
        assert (await asyncio.wait_for(assistant.supervisor.client(), BOUND)).pid != first.pid


@pytest.mark.parametrize("model", ["~nobody-of-that-name/phi.gguf", "x" * 5000, "\0"], ids=["home", "long", "nul"])
async def test_a_model_that_cannot_be_a_path_is_told_as_one_that_is_not_there(model: str) -> None:
    settings, problems = resolve([{"model": model, "backend": "cpu"}])
    assert problems == []
    assistant = Assistant(settings, Journal(None))
    await assistant.start()
    assert (assistant.status.state, assistant.status.message[-len(repr(model)) :]) == ("failed", repr(model))
    await assistant.close()
