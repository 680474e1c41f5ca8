"""What lookup finds is a guess that the engine verifies: it changes what an answer costs and never what it says."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from features.playing import ask, events, playing
from marked import marked
from phi_ls.context import Budget, completion_context
from phi_ls.features.flight import draft_of
from phi_ls.features.lookup import lookup
from phi_ls.features.postprocess import Shape
from phi_ls.prompt import profile
from phi_ls.text import Source
from phi_ls.worker.model import Model
from phi_ls.worker.sequences import Sequences
from worker.engine_runs import MODELS, fresh, load, run
from worker.test_equality import FILES, TIE, narrowest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KNOWN = "total = compute(first, second)\nprint(total)\n\n"
PLACES = 60
NEW_TOKENS = 16


@pytest.mark.e2e
@pytest.mark.parametrize("speculates", [True, False], ids=["where-it-pays", "where-it-does-not"])
async def test_a_match_is_given_to_a_worker_that_verifies_guesses(
    speculates: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phi_ls.features.inline_completion.INSTANT", 2.0)
    async with playing(tmp_path, monkeypatch, default="other)\n") as assistant:
        client = await assistant.supervisor.client()
        assert client.facts is not None
        assert not client.facts.speculates
        client.facts = replace(client.facts, speculates=speculates)
        await ask(assistant, KNOWN + "total = compute(fi$0")
    (asked,) = events(tmp_path, "generation", state="asked")
    assert asked["drafts"] == int(speculates)


@pytest.mark.parametrize(
    ("text", "name", "draft"),
    [
        pytest.param(KNOWN + "total = compute(fi$0", "phi3", "rst, second)\nprint(total)\n\n", id="in-a-word"),
        pytest.param(KNOWN + "total = $0", "phi3", " compute(first, second)\nprint(total)\n\n", id="blank-left-out"),
        pytest.param(KNOWN + "total = $0", "starter", "compute(first, second)\nprint(total)\n\n", id="blank-shown"),
    ],
)
def test_a_draft_goes_on_where_the_prompt_ends(text: str, name: str, draft: str) -> None:
    m = marked(text)
    shape = Shape(source=m.source(), offset=m.cursor)
    context = completion_context(m.source(), None, m.cursor, Budget(prompt_tokens=1500, chars_per_token=2.5))
    prompt = profile(name).completion(context, multiline=False)
    match = lookup(m.source(), m.cursor)
    assert match is not None
    found = draft_of(match, prompt, shape)
    assert found.startswith(draft)
    assert (prompt.as_text() + found).endswith((context.prefix + match.lines)[-60:])


def drafted() -> Iterator[tuple[Shape, str]]:
    """Places in real files at which lookup finds something, with what it finds."""
    chance = random.Random(11)
    sources = [Source(file.as_uri(), "python", 1, file.read_text(encoding="utf-8")) for file in FILES]
    while True:
        source = chance.choice(sources)
        offset = chance.randrange(1500, len(source.text))
        match = lookup(source, offset)
        if match is not None:
            yield Shape(source=source, offset=offset), match.lines


@pytest.mark.engine
@pytest.mark.parametrize("name", MODELS)
def test_answers_with_lookups_as_drafts_are_those_without(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    engine, plain = load(name), load(name)
    guessing = Model(engine, Sequences(engine), speculates=True)
    starter, budget = profile("starter"), Budget(prompt_tokens=1900, chars_per_token=2.5)
    different, accepted = [], 0
    for (shape, lines), _ in zip(drafted(), range(PLACES), strict=False):
        context = completion_context(shape.source, None, shape.offset, budget)
        parts = starter.completion(context, multiline=True).parts
        fields = {"max_tokens": NEW_TOKENS, "heal": True}
        text, done = run(guessing, parts, drafts=(lines,), **fields)
        if text != run(fresh(plain), parts, **fields)[0]:
            different.append(narrowest(plain, parts, NEW_TOKENS))
        accepted += done.statistics.accepted_tokens
    engine.close()
    plain.close()
    record_property("answers that differ", f"{len(different)} of {PLACES}, at ties of {different}")
    assert all(tie < TIE for tie in different)
    assert accepted > PLACES
