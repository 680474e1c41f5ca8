"""Reuse, kept states and guessing change what an answer costs and never what it says.

Greedy answers to 200 prompts of somebody who types in three files, asks in between, deletes and goes on, against those
of an engine that reads each prompt from its beginning. Engines round in another way when a prompt comes in other
portions, so an answer may differ where its two likeliest tokens were as good as equal, and nowhere else.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from phi_ls.wire import Control, Part, Text
from phi_ls.worker.model import Model
from phi_ls.worker.prefix import Prefix
from phi_ls.worker.sequences import Sequences
from worker.engine_runs import MODELS, fresh, load, run, starter_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from phi_ls.worker.engine import Engine

pytestmark = pytest.mark.engine

SERVER = Path(__file__).parents[2] / "server" / "phi_ls"
FILES = [SERVER / name for name in ("text.py", "wire.py", "journal.py")]
PROMPTS = 200
NEW_TOKENS = 12
WINDOW = 500
TIE = 0.1
"""Scores that are closer than this, in nats, are as good as equal."""


class Asked(NamedTuple):
    sequence: str
    parts: list[Part]
    draft: str


def prompts() -> list[Asked]:
    """What is asked, in the order in which somebody asks it."""
    chance = random.Random(7)
    texts = {file.name: file.read_text(encoding="utf-8") for file in FILES}
    cursors = {name: chance.randrange(WINDOW, len(text) // 2) for name, text in texts.items()}
    asked = []
    name = FILES[0].name
    while len(asked) < PROMPTS:
        if chance.random() < 0.1:
            name = chance.choice(FILES).name
        text = texts[name]
        cursors[name] = max(WINDOW, cursors[name] + chance.choice((1, 1, 1, 2, 4, 8, -1, -3)))
        begin = cursors[name] // 200 * 200 - WINDOW + 200
        prefix = text[max(0, begin) : cursors[name]]
        asked.append(Asked(name, starter_prompt(prefix), text[cursors[name] :][: chance.choice((0, 20))]))
        if chance.random() < 0.1:
            question: list[Part] = [Control("<|user|>"), Text("\nExplain this function\n" + prefix), Control("<|end|>")]
            asked.append(Asked("action", question, ""))
    return asked[:PROMPTS]


def narrowest(engine: Engine, parts: Sequence[Part], tokens: int) -> float:
    """The least distance between the two best scores at any of the answer's tokens, from scratch."""
    ids = engine.encode(parts)
    prefix = Prefix(engine)
    prefix.drop()
    prefix.keep(ids)
    assert prefix.fill(ids, bool)
    least = float("inf")
    for _ in range(tokens):
        scores = engine.logits()
        second, first = np.sort(scores)[-2:]
        least = min(least, float(first - second))
        assert prefix.add([int(scores.argmax())])
    return least


@pytest.mark.parametrize("name", MODELS)
def test_answers_are_those_of_a_fresh_start(name: str, record_property: Callable[[str, object], None]) -> None:
    engine, other = load(name, options={"sequences": "2"}), load(name, options={"sequences": "1"})
    model = Model(engine, Sequences(engine, kept_bytes=1 << 26), speculates=True)
    different, reused, prompt_tokens, drafted, accepted = [], 0, 0, 0, 0
    for asked in prompts():
        fields = {"sequence": asked.sequence, "drafts": (asked.draft,) if asked.draft else (), "max_tokens": NEW_TOKENS}
        text, done = run(model, asked.parts, **fields)
        plain, _ = run(fresh(other), asked.parts, max_tokens=NEW_TOKENS)
        if text != plain:
            different.append(narrowest(other, asked.parts, NEW_TOKENS))
        reused += done.statistics.reused_tokens
        prompt_tokens += done.statistics.prompt_tokens
        drafted += done.statistics.drafted_tokens
        accepted += done.statistics.accepted_tokens
    engine.close()
    other.close()
    record_property("answers that differ", f"{len(different)} of {PROMPTS}, at ties of {different}")
    record_property("reused", reused / prompt_tokens)
    record_property("guesses that came true", f"{accepted} of {drafted}")
    assert all(tie < TIE for tie in different)
    assert reused > 0.8 * prompt_tokens
    assert accepted > 100
