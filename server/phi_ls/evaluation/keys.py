"""Keystrokes that type a stretch of a file, with the pauses of a person. Pure and seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAUSE_MS = 120.0
"""Between two keys of a steady typist; about 100 words a minute."""
BURST_MS, THINK_MS = 60.0, 450.0
MISTAKES = 0.05
"""The share of keys at which a typist who makes mistakes hits another one."""


class Rhythm(Enum):
    """How a stretch is typed."""

    STEADY = "steady"
    BURSTS = "bursts"
    CORRECTIONS = "corrections"


@dataclass(frozen=True)
class Key:
    """One key: a character, or "" for backspace, and the ms until the next one."""

    text: str
    pause_ms: float
    on_course: bool = True
    """What stands in the file after this key is right."""


class Typist:
    """Types what is wanted next; an accepted suggestion moves the place on."""

    def __init__(self, rhythm: Rhythm, seed: int) -> None:
        self._rhythm = rhythm
        self._random = random.Random(seed)  # noqa: S311 - a seeded rhythm, not a secret

    def keys(self, character: str) -> Iterator[Key]:
        """The keys for one character: itself, perhaps after a wrong one and its correction."""
        if self._rhythm is Rhythm.CORRECTIONS and character.isalpha() and self._random.random() < MISTAKES:
            wrong = chr((ord(character.lower()) - ord("a") + 1) % 26 + ord("a")) if character.isascii() else "x"
            yield Key(wrong, PAUSE_MS, on_course=False)
            yield Key("", PAUSE_MS)
        yield Key(character, self._pause(character))

    def _pause(self, character: str) -> float:
        if self._rhythm is not Rhythm.BURSTS:
            return PAUSE_MS
        return BURST_MS if character.isalnum() else THINK_MS
