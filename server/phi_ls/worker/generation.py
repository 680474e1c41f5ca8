"""One generation: a prompt in, tokens out, greedily, until something ends it.

It asks whether it is still wanted before every token and between the chunks of the prompt, and it ends with exactly one
`Done`, or by raising.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, PromptTooLong
from phi_ls.wire import Done, FinishReason, FromWorker, Generate, Started, Statistics, Text
from phi_ls.worker.choice import best
from phi_ls.worker.continuation import Continuation
from phi_ls.worker.decoder import TextDecoder
from phi_ls.worker.drafts import Drafts
from phi_ls.worker.healing import Healing, TakenBack, take_back
from phi_ls.worker.outbox import Outbox
from phi_ls.worker.prefix import common_length
from phi_ls.worker.stop import scan

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.worker.model import Model
    from phi_ls.worker.prefix import Prefix


_NOTHING = TakenBack((), b"")


class Generation:
    """The work on one `Generate`. `run` is called once."""

    def __init__(
        self,
        model: Model,
        request: Generate,
        *,
        send: Callable[[FromWorker], None],
        unwanted: Callable[[], bool],
    ) -> None:
        self._model = model
        self._engine = model.engine
        self._request = request
        self._send = send
        self._unwanted = unwanted
        self._outbox = Outbox(request.id, send)
        self._decoder = TextDecoder()
        self._began = time.monotonic()
        self._ms_first_token = 0.0
        self._prompt: list[int] = []
        self._taken_back = _NOTHING
        self._reused = self._new = 0
        self._held = self._stop = ""

    def run(self) -> None:
        """Send `Started`, the `Chunk`s and `Done`. Raises `PromptTooLong` or whatever the engine raises."""
        prompt = self._encode()
        self._taken_back = (
            take_back(self._engine.piece, self._request.parts, prompt) if self._request.heal else _NOTHING
        )
        self._prompt = prompt[: len(prompt) - len(self._taken_back.tokens)]
        room = max(0, self._request.max_tokens) + len(self._taken_back.tokens)
        try:
            prefix = self._model.sequences.enter(self._request.sequence, self._prompt, room)
            answer = Continuation(self._engine, prefix, self._drafts(), self._outbox.before_step)
            reason = self._prefill(prefix) or self._decode(answer)
        except Exception:
            self._model.sequences.drop()
            raise
        finally:
            self._outbox.flush()
        self._done(reason, len(prefix), answer)

    def _encode(self) -> list[int]:
        prompt = self._engine.encode(self._request.parts)
        limit = self._engine.context_tokens - max(0, self._request.max_tokens)
        if len(prompt) > limit:
            raise PromptTooLong(len(prompt), max(0, limit))
        if not prompt:
            raise GenerationFailed("the prompt has no tokens; it needs at least one")
        return prompt

    def _drafts(self) -> Drafts | None:
        """What is guessed to follow the prompt; None where guessing does not pay."""
        if not self._model.speculates:
            return None
        given = []
        for text in self._request.drafts:
            ids = self._engine.encode((*self._request.parts, Text(text, border=not self._taken_back.tokens)))
            given.append(ids[common_length(ids, self._prompt) :])
        # The last prompt that was encoded is the one that the scripted engine answers.
        self._engine.encode(self._request.parts)
        return Drafts(self._prompt, given)

    def _prefill(self, prefix: Prefix) -> FinishReason | None:
        self._reused = prefix.keep(self._prompt)
        if not prefix.fill(self._prompt, self._unwanted):
            return "cancelled"
        self._send(Started(id=self._request.id, prompt_tokens=len(self._prompt), reused_tokens=self._reused))
        return None

    def _decode(self, answer: Continuation) -> FinishReason:
        room = self._request.max_tokens + len(self._taken_back.tokens)
        healing = Healing(self._taken_back, self._model.pieces)
        piece_of = self._model.pieces.of
        while self._new < self._request.max_tokens:
            if self._unwanted():
                return "cancelled"
            if healing.open:
                token, logprob = healing.choose(answer.scores())
                piece = healing.took(token)
                # A token that only repeats what was taken back is none of the answer.
                reason = self._pass_on(token, piece, logprob) if piece else None
            else:
                token, logprob = best(answer.scores())
                reason = self._pass_on(token, piece_of(token), logprob)
            if reason is not None:
                return reason
            room -= 1
            if not answer.take(token, room):
                return "cancelled"
        return "length"

    def _pass_on(self, token: int, piece: bytes, logprob: float) -> FinishReason | None:
        """Send what is safe to send of a new token's text; the reason if it ends the answer."""
        self._ms_first_token = self._ms_first_token or self._ms()
        if token in self._engine.end_tokens:
            if self._held:
                self._outbox.put(self._held, logprob)
            return "end"
        self._new += 1
        # No scores are wanted after the last token, so it is never fed.
        last = self._new == self._request.max_tokens
        send, self._held, self._stop = scan(self._held, self._decoder.push(piece), self._request.stop)
        self._outbox.put(send + self._held if last else send, logprob)
        if self._stop:
            return "stop"
        return "length" if last else None

    def _done(self, reason: FinishReason, held: int, answer: Continuation) -> None:
        statistics = Statistics(
            prompt_tokens=len(self._prompt),
            reused_tokens=self._reused,
            prefilled_tokens=min(held, len(self._prompt)) - self._reused,
            new_tokens=self._new,
            healed_tokens=len(self._taken_back.tokens),
            drafted_tokens=answer.drafted,
            accepted_tokens=answer.accepted,
            ms_first_token=self._ms_first_token,
            ms_total=self._ms(),
        )
        self._send(Done(id=self._request.id, finish_reason=reason, statistics=statistics, stop=self._stop))

    def _ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 3)
