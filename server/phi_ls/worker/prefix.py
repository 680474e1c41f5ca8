"""What the engine's KV cache holds, and how a prompt gets into it with the least work.

The tokens that are listed here are always a true account of the cache: after a cancel they are what was computed until
then, after an error they are none.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from phi_ls.worker.engine import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from phi_ls.worker.engine import Engine


class Prefix:
    """The tokens in one engine's KV cache. Nobody else may call the engine's `feed` and `rewind`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: list[int] = []
        self._true = True

    @property
    def tokens(self) -> tuple[int, ...]:
        """The tokens that the cache holds."""
        return tuple(self._held)

    def keep(self, prompt: Sequence[int]) -> int:
        """Cut the cache back to what it shares with `prompt`, and return how many tokens that is.

        One token of the prompt is always left to feed, since the scores after it are not kept.
        """
        shared = min(common_length(self._held, prompt), len(prompt) - 1)
        if shared < len(self._held) or not self._true:
            with self._changing() as held:
                self._engine.rewind(shared)
                del held[shared:]
        return shared

    def fill(self, prompt: Sequence[int], unwanted: Callable[[], bool]) -> bool:
        """Feed what is missing of `prompt` in chunks, after `keep`. False when it became `unwanted` between two."""
        while len(self._held) < len(prompt):
            if unwanted() or not self.add(prompt[len(self._held) : len(self._held) + CHUNK_TOKENS]):
                return False
        return True

    def add(self, tokens: Sequence[int]) -> bool:
        """Feed at most `CHUNK_TOKENS` tokens. False when the engine was interrupted; the cache is as before then."""
        with self._changing() as held:
            fed = self._engine.feed(tokens)
            if fed:
                held.extend(tokens)
        return fed

    def drop(self) -> None:
        """Take nothing for granted any more: the engine raised."""
        self._held, self._true = [], False

    @contextmanager
    def _changing(self) -> Iterator[list[int]]:
        """The account of the cache, to be changed along with it; an error in between leaves an empty one."""
        held, self._held, self._true = self._held, [], False
        yield held
        self._held, self._true = held, True


def common_length(left: Sequence[int], right: Sequence[int]) -> int:
    """How many tokens `left` and `right` begin with alike."""
    length = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        length += 1
    return length
