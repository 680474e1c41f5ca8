"""The seam at which every engine plugs in.

An engine holds sequences of tokens in its KV cache, side by side, and works on the one that is selected. The loop
decides what is kept, what is added and which token comes next; an engine only does the arithmetic, in steps short
enough that a cancel is seen between two of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from phi_ls.wire import Part

CHUNK_TOKENS = 32
"""The most tokens that one `feed` may take: the longest wait for a cancel where a step is finished."""


class Engine(Protocol):
    """One loaded model. Not safe for two threads, `interrupt` excepted. Every method may raise `GenerationFailed`.

    After an error every sequence is in an unknown state; `rewind(0)` makes the selected one usable again, or raises.
    """

    name: str
    version: str
    context_tokens: int
    """The most tokens that one sequence takes; never more than `Load.context_tokens`."""
    cells: int
    """The most tokens that all sequences take together; at least `context_tokens`."""
    vocabulary: int
    end_tokens: frozenset[int]
    """Token ids that end a turn."""
    system: str
    """What the engine says of the processor features or the device that it uses; may be empty."""
    scores_all: bool
    """Whether `score` can be called."""

    @property
    def sequences(self) -> int:
        """How many sequences can be held side by side, at least 1; fewer than before when memory has become short."""

    def encode(self, parts: Sequence[Part]) -> list[int]:
        """Token ids of a prompt; text never yields a control token.

        Raises `GenerationFailed` for a control token that the vocabulary does not have.
        """

    def piece(self, token: int) -> bytes:
        """The UTF-8 bytes that a token stands for, perhaps a part of a character; empty for control tokens."""

    def select(self, sequence: int) -> None:
        """Work on this sequence, 0 to `sequences` - 1, from here on; at least one `feed` follows before `logits`."""

    def rewind(self, length: int) -> None:
        """Forget all but the first `length` tokens; at least one `feed` follows before `logits`."""

    def feed(self, tokens: Sequence[int]) -> bool:
        """Append 1 to `CHUNK_TOKENS` tokens and compute them.

        False when `interrupt` made it give up: nothing was appended then, and what was there before is still right.
        """

    def logits(self) -> npt.NDArray[np.float32]:
        """Shape (vocabulary,): scores for the token after the last one fed. Valid until the next `feed`."""

    def score(self, tokens: Sequence[int]) -> npt.NDArray[np.float32] | None:
        """Like `feed`, with the scores after each token: shape (len(tokens), vocabulary), valid until the next `feed`.

        None when it was interrupted. Only where `scores_all`.
        """

    def save(self, most_bytes: int) -> bytearray | None:
        """The selected sequence for a later `restore`; None when it takes more bytes, or the engine cannot do it."""

    def restore(self, state: bytearray) -> bool:
        """Put a saved sequence in the place of the selected one, which is empty when that fails (False).

        At least one `feed` follows before `logits`.
        """

    def interrupt(self, wanted: bool) -> None:
        """Make a running and every later `feed` give up soon (True), or let them compute again (False).

        The one method that another thread may call. An engine that cannot give up in the middle of a step ignores it.
        """

    def close(self) -> None:
        """Give the model's memory back; no other method may follow."""
