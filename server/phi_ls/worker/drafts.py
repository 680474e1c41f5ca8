"""Guesses at the next tokens, out of what was there before: no second model is asked.

The guesses are the texts that the caller gave, and whatever followed the last few tokens when they came before. A guess
costs nothing when it is wrong but the step in which it is verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALIKE_TOKENS = 3
"""So many tokens must have come before in the same order."""

_BORDER = -1


class Drafts:
    """The guesses for one answer. `given` are whole guesses for its beginning, the likeliest first."""

    def __init__(self, prompt: Sequence[int], given: Iterable[Sequence[int]] = ()) -> None:
        self._seen: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}
        self._follows: int | None = None
        for draft in given:
            if draft:
                self._follows = len(self._seen) if self._follows is None else self._follows
                self._extend([*draft, _BORDER])
        self._extend(prompt)

    def add(self, token: int) -> None:
        """Note the next token of the answer."""
        if self._follows is not None:
            self._follows = self._follows + 1 if self._seen[self._follows] == token else None
        self._extend([token])

    def next(self, most: int) -> list[int]:
        """At most so many tokens that may come next; often none."""
        if self._follows is None or self._seen[self._follows] == _BORDER:
            self._follows = self._after.get(tuple(self._seen[-ALIKE_TOKENS:]))
        if self._follows is None:
            return []
        guess = self._seen[self._follows : self._follows + max(0, most)]
        return guess[: guess.index(_BORDER)] if _BORDER in guess else guess

    def _extend(self, tokens: Iterable[int]) -> None:
        for token in tokens:
            if len(self._seen) >= ALIKE_TOKENS:
                self._after[tuple(self._seen[-ALIKE_TOKENS:])] = len(self._seen)
            self._seen.append(token)
