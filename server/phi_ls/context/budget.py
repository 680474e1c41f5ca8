"""How much text fits. The estimate is in characters; the worker counts tokens and refuses what is too long."""

from __future__ import annotations

from dataclasses import dataclass

WORDING_TOKENS = 300
"""What a prompt's own wording takes at most, before anything of the user's is in it."""


@dataclass(frozen=True, kw_only=True)
class Budget:
    """The tokens that a whole prompt may have, and how many characters of code stand for one token."""

    prompt_tokens: int
    chars_per_token: float

    def characters(self, share: float) -> int:
        """How many characters of the user's text a share (0 to 1) of the budget is; never below 0."""
        return max(0, int((self.prompt_tokens - WORDING_TOKENS) * self.chars_per_token * share))
