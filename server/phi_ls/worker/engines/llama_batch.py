"""The tokens of one step of llama.cpp: one allocation for the life of an engine, filled anew for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import llama_cpp.llama_cpp as native
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence


class Batch:
    """Room for so many tokens of one sequence. `close` gives it back."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._native = native.llama_batch_init(room, 0, 1)
        self._tokens = np.ctypeslib.as_array(self._native.token, (room,))
        self._positions = np.ctypeslib.as_array(self._native.pos, (room,))
        self._scored = np.ctypeslib.as_array(self._native.logits, (room,))
        np.ctypeslib.as_array(self._native.n_seq_id, (room,))[:] = 1
        self.sequence = 0

    @property
    def sequence(self) -> int:
        """The sequence that the tokens belong to."""
        return self._sequence

    @sequence.setter
    def sequence(self, number: int) -> None:
        self._sequence = number
        for index in range(self._room):
            self._native.seq_id[index][0] = number

    def filled(self, tokens: Sequence[int], position: int, *, score_all: bool = False) -> Any:  # noqa: ANN401
        """The native batch: `tokens` from a position on, with scores after the last of them or after each."""
        count = len(tokens)
        self._tokens[:count] = tokens
        self._positions[:count] = range(position, position + count)
        self._scored[:count] = score_all
        self._scored[count - 1] = True
        self._native.n_tokens = count
        return self._native

    def close(self) -> None:
        """Give the memory back."""
        native.llama_batch_free(self._native)
