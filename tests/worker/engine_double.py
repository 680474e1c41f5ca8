"""A tiny engine at the `Engine` seam whose cache can be looked at and whose failures can be set.

It checks what a real engine would silently get wrong: too long a chunk, too long a context, scores after a bare rewind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from phi_ls.wire import Text
from phi_ls.worker.engine import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from phi_ls.wire import Part

END = 0
VOCABULARY = 257


class EngineDouble:
    """Tokens are bytes plus one; the answer is what `answers` says, one token after the other."""

    name = "double"
    version = "0"
    vocabulary = VOCABULARY
    end_tokens = frozenset([END])
    system = ""
    scores_all = False

    def __init__(
        self, answer: bytes = b"", *, context_tokens: int = 512, sequences: int = 1, cells: int | None = None
    ) -> None:
        self.context_tokens = context_tokens
        self.sequences = sequences
        self.cells = cells or context_tokens * sequences
        self.caches: list[list[int]] = [[] for _ in range(sequences)]
        self.cache = self.caches[0]
        self.can_save = False
        self.calls: list[str] = []
        self.answer = [*(byte + 1 for byte in answer), END]
        self.before_feed: Callable[[Sequence[int]], bool] = lambda _tokens: True
        self.scores: npt.NDArray[np.float32] | None = None
        self._said = 0
        self._scored = False

    def encode(self, parts: Sequence[Part]) -> list[int]:
        self._said = 0
        return [byte + 1 for part in parts if isinstance(part, Text) for byte in part.text.encode()]

    def piece(self, token: int) -> bytes:
        return bytes([token - 1]) if token else b""

    def select(self, sequence: int) -> None:
        self.cache = self.caches[sequence]
        self._scored = False

    def rewind(self, length: int) -> None:
        self.calls.append(f"rewind {length}")
        assert length <= len(self.cache)
        del self.cache[length:]
        self._scored = False

    def feed(self, tokens: Sequence[int]) -> bool:
        assert 1 <= len(tokens) <= CHUNK_TOKENS
        assert len(self.cache) + len(tokens) <= self.context_tokens
        assert sum(map(len, self.caches)) + len(tokens) <= self.cells
        self.calls.append(f"feed {len(tokens)}")
        if not self.before_feed(tokens):
            return False
        self.cache.extend(tokens)
        self._scored = True
        return True

    def logits(self) -> npt.NDArray[np.float32]:
        assert self._scored, "scores were asked for without a token fed"
        if self.scores is not None:
            return self.scores
        scores = np.zeros(VOCABULARY, np.float32)
        scores[self.answer[self._said]] = 10
        self._said += 1
        return scores

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        raise NotImplementedError

    def save(self, most_bytes: int) -> bytearray | None:
        """Two bytes for each token."""
        size = 2 * len(self.cache)
        self.calls.append(f"save {size}")
        if not self.can_save or size > most_bytes:
            return None
        return bytearray(b"".join(token.to_bytes(2, "big") for token in self.cache))

    def restore(self, state: bytearray) -> bool:
        self.calls.append(f"restore {len(state)}")
        self.cache[:] = [int.from_bytes(state[at : at + 2], "big") for at in range(0, len(state), 2)]
        self._scored = False
        return True

    def interrupt(self, wanted: bool) -> None:
        self.calls.append(f"interrupt {wanted}")

    def close(self) -> None:
        self.calls.append("close")


class Parrot(EngineDouble):
    """An engine whose next token depends on the last one only, so that it repeats itself, and which scores guesses."""

    scores_all = True

    def __init__(self, after: Sequence[int], *, context_tokens: int = 512) -> None:
        super().__init__(context_tokens=context_tokens)
        self.after = after

    def logits(self) -> npt.NDArray[np.float32]:
        assert self._scored, "scores were asked for without a token fed"
        return self._row(self.cache[-1])

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        return np.stack([self._row(token) for token in tokens]) if self.feed(tokens) else None

    def _row(self, token: int) -> npt.NDArray[np.float32]:
        scores = np.zeros(VOCABULARY, np.float32)
        scores[self.after[token % len(self.after)]] = 10
        return scores
