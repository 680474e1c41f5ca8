"""The prompts that phi-ls makes for places in a file, as plain data: what its worker and its peers are asked."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from phi_ls.catalog import local_models, read_catalog
from phi_ls.context import Budget, completion_context
from phi_ls.features.assistant import CHARS_PER_TOKEN
from phi_ls.prompt import Profile, profile
from phi_ls.syntax import parse
from phi_ls.text import Source
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROMPT_TOKENS = 1951
SMALLEST_PLACE = 1500
NEW_TOKENS = 12


@dataclass(frozen=True)
class Asked:
    """One request to a worker: its sequence, its prompt and guesses at its answer."""

    sequence: str
    parts: tuple[Part, ...]
    drafts: tuple[str, ...] = ()


@cache
def starter_file(backend: str) -> Path:
    """The embedded model's file or folder for a backend. Raises `LookupError` when it has no build for it."""
    for local in local_models(read_catalog()):
        if local.model.starter and backend in local.build.backends:
            return local.load_path
    raise LookupError(f"wanted the starter model for {backend}, found none")


@cache
def starter_profile() -> Profile:
    """How the embedded model is prompted."""
    return profile(next(model.profile for model in read_catalog() if model.starter))


def parts_at(source: Source, offset: int) -> tuple[Part, ...]:
    """The prompt of a single-line completion at `offset`."""
    budget = Budget(prompt_tokens=PROMPT_TOKENS, chars_per_token=CHARS_PER_TOKEN)
    context = completion_context(source, parse(source), offset, budget)
    return starter_profile().completion(context, multiline=False).parts


def joined(parts: Sequence[Part]) -> str:
    """A prompt as one string, with its control tokens spelled."""
    return "".join(part.token if isinstance(part, Control) else part.text for part in parts)


def questions(files: Sequence[Path], count: int, seed: int = 7) -> list[Asked]:
    """What somebody asks who types in several files, deletes, goes on, and lets a function be explained in between.

    Some come with a guess at the answer, as lookup would give it: what the file does hold next.
    """
    chance = random.Random(seed)  # noqa: S311 - a seeded choice, not a secret
    texts = {file.name: file.read_text(encoding="utf-8") for file in files}
    cursors = {name: chance.randrange(SMALLEST_PLACE, len(text) // 2) for name, text in texts.items()}
    asked: list[Asked] = []
    name = files[0].name
    while len(asked) < count:
        if chance.random() < 0.1:
            name = chance.choice(files).name
        text = texts[name]
        cursors[name] = max(SMALLEST_PLACE, cursors[name] + chance.choice((1, 1, 1, 2, 4, 8, -1, -3)))
        place = cursors[name]
        end_of_line = text.find("\n", place)
        source = Source(f"file:///bench/{name}", "python", 0, text[:place] + text[end_of_line:])
        guess = text[place : place + 20]
        asked.append(Asked(name, parts_at(source, place), (guess,) if chance.random() < 0.5 else ()))
        if chance.random() < 0.1:
            code = text[place - 400 : place]
            asked.append(Asked("action", (Control("<|user|>"), Text("\nExplain this\n" + code), Control("<|end|>"))))
    return asked[:count]
