"""Long prompts in pieces, for a llama-server that reads slowly.

llama-server computes a whole batch, up to 2048 tokens, before it looks whether anybody still waits: on a processor that
is half a minute in which it answers nobody. What is asked for in pieces can be left between two of them. A piece grows
to what the server reads in `PIECE_SECONDS`, so a fast server is asked for little more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE_SECONDS = 0.25
LEAST_TOKENS = 32
CHARACTERS_PER_TOKEN = 3.0
_TRUSTED_TOKENS = 16
"""Fewer say nothing about a server's speed."""


class Pace:
    """What one server holds of the last prompt, and how fast it reads."""

    def __init__(self) -> None:
        self._held = ""
        self._per_second = 0.0
        self.read_tokens = 0
        """Tokens that were read for the pieces of the prompt that is asked for."""

    def pieces(self, prompt: str) -> Iterator[str]:
        """The beginnings of `prompt` to ask for, each longer than the one before, until the whole can be asked for."""
        self.read_tokens = 0
        at, tokens = _shared(self._held, prompt), float(LEAST_TOKENS)
        while (at := at + int(tokens * CHARACTERS_PER_TOKEN)) < len(prompt):
            self._held = prompt[:at]
            yield self._held
            # What a short piece tells of the speed is rough, so the next one is at most twice as long.
            tokens = min(2 * tokens, max(LEAST_TOKENS, self._per_second * PIECE_SECONDS))
        self._held = prompt

    def learn(self, event: dict[str, Any]) -> None:
        """Take what an answer's last event tells of the work."""
        timings = event.get("timings") or {}
        tokens, ms = int(timings.get("prompt_n") or 0), float(timings.get("prompt_ms") or 0)
        self.read_tokens += tokens
        if tokens >= _TRUSTED_TOKENS and ms > 0:
            self._per_second = tokens / ms * 1000


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
