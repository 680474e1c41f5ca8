"""The scores behind each token of an answer, for a step of the engine per token or, when guesses come true, for less.

A guess is taken only where it is the token that was chosen without it, so the answer is the same either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from phi_ls.worker.drafts import Drafts
    from phi_ls.worker.engine import Engine
    from phi_ls.worker.prefix import Prefix

DRAFT_TOKENS = 3
"""With the token before them these are four: the width at which the engines' arithmetic has a step."""

_TRIES = 24
_LEAST_SHARE = 0.3


class Continuation:
    """One answer as the engine computes it. `before_step` is called before each of its steps.

    `drafts` None: nothing is guessed.
    """

    def __init__(self, engine: Engine, prefix: Prefix, drafts: Drafts | None, before_step: Callable[[], None]) -> None:
        self._engine = engine
        self._prefix = prefix
        self._drafts = drafts
        self._before_step = before_step
        self._rows: npt.NDArray[np.float32] | None = None
        self._ahead: list[int] = []
        self.drafted = self.accepted = 0

    def scores(self) -> npt.NDArray[np.float32]:
        """The scores for the next token; valid until `take`."""
        if self._rows is None:
            return self._engine.logits()
        row: npt.NDArray[np.float32] = self._rows[len(self._rows) - 1 - len(self._ahead)]
        return row

    def take(self, token: int, room: int) -> bool:
        """Go on behind `token`, feeding at most `room` tokens (1 or more). False when the engine was interrupted."""
        if self._drafts is not None:
            self._drafts.add(token)
            if self._ahead[:1] == [token]:
                del self._ahead[0]
                self.accepted += 1
                return True
            self._prefix.cut(len(self._prefix) - len(self._ahead))
            self._ahead = self._drafts.next(min(DRAFT_TOKENS, room - 1)) if self._pays() else []
        self._before_step()
        return self._verify(token) if self._ahead else self._add(token)

    def _add(self, token: int) -> bool:
        self._rows = None
        return self._prefix.add([token])

    def _verify(self, token: int) -> bool:
        self.drafted += len(self._ahead)
        self._rows = self._prefix.score([token, *self._ahead])
        return self._rows is not None

    def _pays(self) -> bool:
        """Whether enough guesses came true so far; some texts do not repeat themselves."""
        return self.drafted < _TRIES or self.accepted >= _LEAST_SHARE * self.drafted
