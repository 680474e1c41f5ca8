"""What one sequence of the engine's KV cache holds, and how a prompt gets into it with the least work.

The tokens that are listed here are always a true account of the cache: after a cancel they are what was computed until
then, after an error they are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.worker.engine import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    from phi_ls.worker.engine import Engine


class Prefix:
    """The tokens of one sequence. Its methods are called while the engine works on that sequence.

    Nobody else may call the methods of the engine that change it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: list[int] = []
        self._true = True

    @property
    def tokens(self) -> tuple[int, ...]:
        """The tokens that the cache holds."""
        return tuple(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def keep(self, prompt: Sequence[int]) -> int:
        """Cut the cache back to what it shares with `prompt`, and return how many tokens that is.

        One token of the prompt is always left to feed, since the scores after it are not kept.
        """
        shared = min(common_length(self._held, prompt), len(prompt) - 1)
        self.cut(shared)
        return shared

    def cut(self, length: int) -> None:
        """Forget all but the first `length` tokens."""
        if length < len(self._held) or not self._true:
            held = self._doubted()
            self._engine.rewind(length)
            del held[length:]
            self._trust(held)

    def fill(self, prompt: Sequence[int], unwanted: Callable[[], bool]) -> bool:
        """Feed what is missing of `prompt` in chunks, after `keep`. False when it became `unwanted` between two."""
        while len(self._held) < len(prompt):
            if unwanted() or not self.add(prompt[len(self._held) : len(self._held) + CHUNK_TOKENS]):
                return False
        return True

    def add(self, tokens: Sequence[int]) -> bool:
        """Feed at most `CHUNK_TOKENS` tokens. False when the engine was interrupted; the cache is as before then."""
        held = self._doubted()
        fed = self._engine.feed(tokens)
        if fed:
            held.extend(tokens)
        self._trust(held)
        return fed

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """Feed tokens as `add` does, with the scores after each of them; None when the engine was interrupted."""
        held = self._doubted()
        rows = self._engine.score(tokens)
        if rows is not None:
            held.extend(tokens)
        self._trust(held)
        return rows

    def restore(self, tokens: Sequence[int], state: bytearray) -> bool:
        """Hold what the engine once saved, which was these tokens. False when the engine does not take it."""
        held = self._doubted()
        restored = self._engine.restore(state)
        held[:] = tokens if restored else ()
        self._trust(held)
        return restored

    def drop(self) -> None:
        """Take nothing for granted any more: the engine raised."""
        self._held, self._true = [], False

    def _doubted(self) -> list[int]:
        """The account of the cache, to be changed along with it. An error before `_trust` leaves an empty one."""
        held = self._held
        self.drop()
        return held

    def _trust(self, held: list[int]) -> None:
        self._held, self._true = held, True


def common_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens `left` and `right` begin with alike."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length
