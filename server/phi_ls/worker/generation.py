"""One generation: a prompt in, tokens out, greedily, until something ends it.

It asks whether it is still wanted before every token and between the chunks of the prompt, and it ends with exactly one
`Done`, or by raising.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

import numpy as np

from phi_ls.errors import GenerationFailed, PromptTooLong
from phi_ls.wire import Chunk, Done, FinishReason, FromWorker, Generate, Started, Statistics
from phi_ls.worker.decoder import TextDecoder
from phi_ls.worker.stop import scan

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from phi_ls.worker.engine import Engine
    from phi_ls.worker.prefix import Prefix


def best(logits: npt.NDArray[np.float32]) -> tuple[int, float]:
    """The token with the highest score and its natural-log probability.

    Raises `GenerationFailed` when the scores are no numbers: an engine whose arithmetic has overflowed.
    """
    token = int(logits.argmax())
    highest = logits[token]
    if not math.isfinite(highest):
        raise GenerationFailed("the engine gave scores that are no numbers; try another backend for this model")
    return token, -math.log(np.exp(logits - highest).sum())


class Generation:
    """The work on one `Generate`. `run` is called once."""

    def __init__(
        self,
        engine: Engine,
        prefix: Prefix,
        request: Generate,
        *,
        send: Callable[[FromWorker], None],
        unwanted: Callable[[], bool],
    ) -> None:
        self._engine = engine
        self._prefix = prefix
        self._request = request
        self._send = send
        self._unwanted = unwanted
        self._began = time.monotonic()
        self._ms_first_token = 0.0
        self._prompt_tokens = self._reused = self._new = 0
        self._held = self._stop = ""

    def run(self) -> None:
        """Send `Started`, the `Chunk`s and `Done`. Raises `PromptTooLong` or whatever the engine raises."""
        self._done(self._prefill() or self._decode())

    def _prefill(self) -> FinishReason | None:
        prompt = self._engine.encode(self._request.parts)
        limit = self._engine.context_tokens - max(0, self._request.max_tokens)
        if len(prompt) > limit:
            raise PromptTooLong(len(prompt), max(0, limit))
        if not prompt:
            raise GenerationFailed("the prompt has no tokens; it needs at least one")
        self._prompt_tokens = len(prompt)
        self._reused = self._prefix.keep(prompt)
        if not self._prefix.fill(prompt, self._unwanted):
            return "cancelled"
        self._send(Started(id=self._request.id, prompt_tokens=len(prompt), reused_tokens=self._reused))
        return None

    def _decode(self) -> FinishReason:
        decoder = TextDecoder()
        while self._new < self._request.max_tokens:
            if self._unwanted():
                return "cancelled"
            token, logprob = best(self._engine.logits())
            self._ms_first_token = self._ms_first_token or self._ms()
            if token in self._engine.end_tokens:
                if self._held:
                    self._chunk(self._held, logprob)
                return "end"
            self._new += 1
            last = self._new == self._request.max_tokens
            if self._pass_on(decoder.push(self._engine.piece(token)), logprob, last=last):
                return "stop"
            # The last token is not fed: no scores are wanted after it.
            if not last and not self._prefix.add([token]):
                return "cancelled"
        return "length"

    def _pass_on(self, text: str, logprob: float, *, last: bool) -> bool:
        """Send what is safe to send of a new token's text; True when a stop string is complete."""
        send, self._held, self._stop = scan(self._held, text, self._request.stop)
        self._chunk(send + self._held if last else send, logprob)
        return bool(self._stop)

    def _chunk(self, text: str, logprob: float) -> None:
        self._send(Chunk(id=self._request.id, text=text, logprob=round(logprob, 6)))

    def _done(self, reason: FinishReason) -> None:
        statistics = Statistics(
            prompt_tokens=self._prompt_tokens,
            reused_tokens=self._reused,
            prefilled_tokens=min(len(self._prefix.tokens), self._prompt_tokens) - self._reused,
            new_tokens=self._new,
            ms_first_token=self._ms_first_token,
            ms_total=self._ms(),
        )
        self._send(Done(id=self._request.id, finish_reason=reason, statistics=statistics, stop=self._stop))

    def _ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 3)
