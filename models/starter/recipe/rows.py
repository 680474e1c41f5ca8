"""Training rows: each a pure function of the corpus, the tokenizer, the seed and its number.

So a run can go on at any row, with any number of processes, and sees what it would have seen. A row is filled with
whole examples and ends in plain code. Examples are rendered by `phi_ls.prompt`, as the server renders them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from phi_ls.context import Budget, LineIndex, completion_context, snippets
from phi_ls.prompt import DocumentRequest, ExplainRequest
from phi_ls.prompt.starter_wide import StarterWide
from phi_ls.syntax import parse
from phi_ls.text import Source
from phi_ls.wire import Control

from . import cursors, pairs
from .tokenizer import END_OF_TEXT, END_OF_TURN

if TYPE_CHECKING:
    from phi_ls.prompt import Prompt

    from .corpus import Corpus, Entry
    from .tokenizer import Encoder

PLAIN_ROWS = 0.3
"""Rows of nothing but code; the others begin with examples."""
PAIRS = 0.12
"""Examples that explain or document; the others complete."""
ASKED, SHOWN, ANSWERED, CODE = 0.3, 1.0, 3.0, 1.0
"""Weights of a token in the loss: in the question, in the shown part of the answer, in the answer, in plain code."""
BORDER_EVERY = 300
"""Characters of code for one border between tokens at a random place, as a cursor leaves one."""
SIZES = ((1.0, 0.5), (0.5, 0.3), (0.25, 0.2))
"""Windows of completions, as shares of the profile's own, and how often each is taken."""
SIBLINGS = 24
LONGEST_FILE = 120_000
BUDGET = Budget(prompt_tokens=2000, chars_per_token=3.5)


@dataclass(frozen=True)
class Row:
    """`tokens` has one token more than `weights`: weight n is of the prediction of token n + 1."""

    tokens: np.ndarray
    weights: np.ndarray


@dataclass
class _Example:
    tokens: list[int]
    weights: list[float]

    def add(self, tokens: list[int], weight: float) -> None:
        self.tokens += tokens
        self.weights += [weight] * len(tokens)


class Rows:
    """The rows of one corpus."""

    def __init__(self, corpus: Corpus, encoder: Encoder, *, length: int, seed: int) -> None:
        self._corpus, self._encoder, self._length, self._seed = corpus, encoder, length, seed
        self._entries = tuple(entry for entry in corpus.part("train") if entry.end - entry.start <= LONGEST_FILE)
        self._ends = list(accumulate(entry.end - entry.start for entry in self._entries))
        self._index = lru_cache(maxsize=3000)(self._make_index)

    def row(self, number: int) -> Row:
        """The row of that number."""
        random = Random(f"{self._seed}:{number}")  # noqa: S311 - repeatable is what it must be
        row = _Example([], [])
        if random.random() >= PLAIN_ROWS:
            self._fill(row, random)
        while len(row.tokens) <= self._length:
            example = self._code(random)
            row.tokens += example.tokens
            row.weights += example.weights
        size = self._length + 1
        return Row(np.array(row.tokens[:size], np.int64), np.array(row.weights[1:size], np.float32))

    def example(self, random: Random) -> _Example | None:
        """One prompt with its answer; None where the file that was drawn has no place for it."""
        entry = self._draw(random)
        if random.random() < PAIRS:
            return self._pair(entry, random)
        return self._completion(entry, random)

    def _fill(self, row: _Example, random: Random) -> None:
        for _ in range(12):
            example = self.example(random)
            if example is None:
                continue
            if len(row.tokens) + len(example.tokens) > self._length:
                return
            row.tokens += example.tokens
            row.weights += example.weights

    def _draw(self, random: Random) -> Entry:
        return self._entries[bisect_right(self._ends, random.randrange(self._ends[-1]))]

    def _completion(self, entry: Entry, random: Random) -> _Example | None:
        text = self._corpus.text(entry)
        uri = f"file:///{entry.path}"
        tree = parse(Source(uri, "python", 1, text))
        cursor = cursors.choose(tree, random) if tree else None
        if cursor is None:
            return None
        before, after = text[: cursor.offset], text[cursor.offset + len(cursor.answer) :]
        if random.random() < 0.35:
            after = after[: after.find("\n") + 1]
        source = Source(uri, "python", 2, before + after)
        context = completion_context(source, parse(source), cursor.offset, BUDGET)
        if random.random() < 0.75:
            context = replace(context, snippets=snippets(before, self._neighbours(entry, random)))
        share = random.choices([size for size, _ in SIZES], weights=[weight for _, weight in SIZES])[0]
        shape = StarterWide()
        shape = replace(
            shape,
            prefix_characters=int(shape.prefix_characters * share),
            suffix_characters=int(shape.suffix_characters * share),
        )
        return self._rendered(shape.completion(context, multiline=cursor.multiline), cursor.answer, ANSWERED, random)

    def _pair(self, entry: Entry, random: Random) -> _Example | None:
        pair = pairs.choose(self._corpus.text(entry), random)
        if pair is None:
            return None
        said = ExplainRequest(
            path=entry.path, language="python", fence="python", code=pair.code, signature=pair.signature, name=pair.name
        )
        if random.random() < 0.6:
            return self._rendered(StarterWide().explain(said), pair.paragraph, SHOWN, random)
        request = DocumentRequest(
            path=said.path,
            language=said.language,
            fence=said.fence,
            code=said.code,
            signature=said.signature,
            name=said.name,
            style="docstring",
        )
        return self._rendered(StarterWide().document(request), pair.docstring, SHOWN, random)

    def _rendered(self, prompt: Prompt, answer: str, weight: float, random: Random) -> _Example:
        example = _Example([], [])
        for part in prompt.parts:
            if isinstance(part, Control):
                example.add([self._encoder.control(part.token)], 0.0)
            elif part.border:
                example.add(self._with_borders(part.text, random), SHOWN)
            else:
                example.add(self._encoder.text(part.text), ASKED)
        example.add(self._encoder.text(answer), weight)
        example.add([self._encoder.control(END_OF_TURN)], weight)
        return example

    def _code(self, random: Random) -> _Example:
        text = self._corpus.text(self._draw(random))
        start = text.rfind("\n", 0, random.randrange(len(text))) + 1 if random.random() < 0.8 else 0
        example = _Example([self._encoder.control(END_OF_TEXT)], [0.0])
        example.add(self._with_borders(text[start : start + 5 * self._length], random), CODE)
        return example

    def _with_borders(self, text: str, random: Random) -> list[int]:
        """The tokens of `text` cut at a few random places, so that the model knows how words go on behind a cursor."""
        cuts = sorted(random.randrange(len(text)) for _ in range(len(text) // BORDER_EVERY)) if text else []
        tokens: list[int] = []
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
            tokens += self._encoder.text(text[start:end])
        return tokens

    def _neighbours(self, entry: Entry, random: Random) -> list[LineIndex]:
        """Other files of the package, those of the same folder first."""
        others = [other for other in self._corpus.by_package[entry.package] if other != entry]
        if len(others) > SIBLINGS:
            folder = entry.path.rpartition("/")[0]
            near = [other for other in others if other.path.rpartition("/")[0] == folder]
            rest = random.sample(others, SIBLINGS)
            random.shuffle(near)
            others = list(dict.fromkeys([*near[:SIBLINGS], *rest]))[:SIBLINGS]
        return [self._index(other) for other in others]

    def _make_index(self, entry: Entry) -> LineIndex:
        path = "/".join(entry.path.split("/")[-2:])
        return LineIndex(path, self._corpus.text(entry)[:LONGEST_FILE])
