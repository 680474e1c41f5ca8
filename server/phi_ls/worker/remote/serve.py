"""The loop of a remote worker: wire messages in, HTTP out, one answer at a time.

A cancel closes the connection from the reader's thread, so it is seen while the loop waits for the server. A server
that goes away costs the requests that ask it meanwhile an error each; the worker lives on and asks it again.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

from phi_ls.errors import GenerationFailed, LoadFailed, PromptTooLong
from phi_ls.wire import (
    Cancel,
    Chunk,
    Done,
    FinishReason,
    FromWorker,
    Generate,
    Idle,
    Load,
    Loaded,
    Message,
    Ping,
    Pong,
    Refused,
    Started,
    Statistics,
)
from phi_ls.worker import memory
from phi_ls.worker.inbox import Inbox
from phi_ls.worker.main import sender, take_pipes
from phi_ls.worker.remote.endpoint import SILENCE_SECONDS, Endpoint
from phi_ls.worker.remote.pace import Pace
from phi_ls.worker.remote.wording import WithoutEcho, as_messages, as_text
from phi_ls.worker.stop import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

CHAT, COMPLETIONS = "chat", "completions"


def run() -> int:
    """Serve until stdin ends."""
    source, sink = take_pipes()
    Remote(Inbox(source), sender(sink)).run()
    os._exit(0)


class Remote:
    """Serves one pipe with one endpoint."""

    def __init__(self, inbox: Inbox, send: Callable[[FromWorker], None]) -> None:
        self._inbox = inbox
        self._sink = send
        self._lock = threading.Lock()
        self._requests: queue.SimpleQueue[Load | Generate | None] = queue.SimpleQueue()
        self._endpoint: Endpoint | None = None
        self._options: dict[str, str] = {}
        self._pace = Pace()
        self._cancelled: set[int] = set()
        self._running: int | None = None

    def run(self) -> None:
        """Serve until the pipe ends."""
        self._inbox.start(self._arrived)
        while (request := self._requests.get()) is not None:
            if isinstance(request, Load):
                self._load(request)
            else:
                self._generate(request)
                if self._requests.empty():
                    self._send(Idle())

    def _arrived(self, message: Message | None) -> None:
        """In the reader's thread: what must not wait for the server is done here."""
        match message:
            case Ping(number=number):
                self._send(Pong(number=number))
            case Cancel(id=wanted):
                self._cancelled.add(wanted)
                if self._running == wanted and self._endpoint is not None:
                    self._endpoint.stop()
            case Load() | Generate() | None:
                self._requests.put(message)
            case _:
                pass

    def _send(self, message: FromWorker) -> None:
        with self._lock:
            self._sink(message)

    def _load(self, request: Load) -> None:
        began = time.monotonic()
        try:
            silence = float(request.options.get("silence_seconds", SILENCE_SECONDS))
            endpoint = Endpoint(request.model, silence_seconds=silence)
            models = endpoint.models()
            wanted = request.options.get("model", "")
            if wanted and wanted not in models:
                raise LoadFailed(f"remote {endpoint.name} serves {', '.join(models) or 'no model'}, not {wanted}")
        except LoadFailed as error:
            self._send(Refused(id=None, reason="load", message=str(error)))
            return
        self._endpoint, self._pace = endpoint, Pace()
        self._options = {**request.options, "model": wanted or (models[0] if models else "")}
        self._send(
            Loaded(
                engine="openai",
                engine_version="",
                model=self._options["model"],
                context_tokens=request.context_tokens,
                vocabulary=0,
                ms=round((time.monotonic() - began) * 1000, 3),
                memory_bytes=memory.resident_bytes() or 0,
                verified=False,
            )
        )

    def _generate(self, request: Generate) -> None:
        try:
            if self._endpoint is None:
                raise GenerationFailed("no remote is loaded; send a load first")
            self._endpoint.ready()
            self._running = request.id
            chat = self._options.get("api") == CHAT
            answer = _Answer(request, self._send, lambda: request.id in self._cancelled, chat=chat)
            if request.id in self._cancelled:
                self._endpoint.stop()
            with closing(self._events(self._endpoint, request, answer)) as events:
                answer.read(events)
        except PromptTooLong as error:
            counts = {"found_tokens": error.found_tokens, "limit_tokens": error.limit_tokens}
            self._send(Refused(id=request.id, reason="too-long", message=str(error), **counts))
        except GenerationFailed as error:
            self._send(Refused(id=request.id, reason="failed", message=str(error)))
        finally:
            self._running = None
            self._cancelled.discard(request.id)

    def _events(self, endpoint: Endpoint, request: Generate, answer: _Answer) -> Generator[dict[str, Any], None, None]:
        """The events of the answer, once a slow server has read the prompt in pieces that can be left."""
        path, body = self._asked(request)
        if endpoint.is_llama and path == COMPLETIONS:
            for begun in self._pace.pieces(body["prompt"]):
                piece = {**body, "prompt": begun, "max_tokens": 0}
                with closing(endpoint.stream(path, piece, room=request.max_tokens)) as told:
                    for event in told:
                        self._pace.learn(event)
                if request.id in self._cancelled:
                    return
            answer.ahead = self._pace.read_tokens
        for event in endpoint.stream(path, body, room=request.max_tokens):
            self._pace.learn(event)
            yield event

    def _asked(self, request: Generate) -> tuple[str, dict[str, Any]]:
        """The path below the endpoint, and what it is sent."""
        body: dict[str, Any] = {
            "model": self._options["model"],
            "max_tokens": max(1, request.max_tokens),
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._options.get("api") == CHAT:
            return "chat/completions", {**body, "messages": as_messages(request.parts)}
        # llama-server keeps the prompt's state when it is told to; others ignore the field.
        return "completions", {**body, "prompt": as_text(request.parts), "cache_prompt": True}


class _Answer:
    """One answer as it comes in, and what it becomes on the wire."""

    def __init__(
        self, request: Generate, send: Callable[[FromWorker], None], cancelled: Callable[[], bool], *, chat: bool
    ) -> None:
        self._request = request
        self._send = send
        self._cancelled = cancelled
        self._began = time.monotonic()
        self._first = 0.0
        self._new = 0
        self._held = ""
        self._usage: dict[str, Any] = {}
        self.ahead = 0
        """Tokens that the server read for this prompt before it was asked for the answer."""
        begun = as_messages(request.parts)[-1:] if chat else []
        self._echo = WithoutEcho(begun[0]["content"] if begun and begun[0]["role"] == "assistant" else "")

    def read(self, events: Iterator[dict[str, Any]]) -> None:
        """Pass the answer on until it ends, a stop string is complete or nobody wants it any more."""
        reason: FinishReason = "end"
        stop = ""
        for event in events:
            if self._cancelled():
                break
            if not self._first:
                self._first = self._ms()
                self._send(Started(id=self._request.id, prompt_tokens=0, reused_tokens=0))
            self._usage = event.get("usage") or self._usage
            self._usage |= _timings(event)
            text, ended = _piece(event)
            if ended == "length":
                reason = "length"
            new = self._echo.push(text)
            if new and not stop:
                sent, self._held, stop = scan(self._held, new, self._request.stop)
                self._new += 1
                self._send(Chunk(id=self._request.id, text=sent, logprob=0.0))
            if stop:
                reason = "stop"
                break
        if self._cancelled():
            reason = "cancelled"
        elif not stop and (rest := self._held + self._echo.rest()):
            self._send(Chunk(id=self._request.id, text=rest, logprob=0.0))
        self._done(reason, stop)

    def _done(self, reason: FinishReason, stop: str) -> None:
        prompt = int(self._usage.get("prompt_tokens") or 0)
        details = self._usage.get("prompt_tokens_details") or {}
        cached = int(details.get("cached_tokens") or self._usage.get("cache_n") or 0)
        reused = max(0, cached - self.ahead)
        statistics = Statistics(
            prompt_tokens=prompt,
            reused_tokens=reused,
            prefilled_tokens=max(0, prompt - reused),
            new_tokens=int(self._usage.get("completion_tokens") or self._new),
            ms_first_token=self._first,
            ms_total=self._ms(),
        )
        self._send(Done(id=self._request.id, finish_reason=reason, statistics=statistics, stop=stop))

    def _ms(self) -> float:
        return round((time.monotonic() - self._began) * 1000, 3)


def _piece(event: dict[str, Any]) -> tuple[str, str]:
    """The new text of an event and why the answer ended, both perhaps empty."""
    choices = event.get("choices") or [{}]
    choice = choices[0]
    text = choice.get("text") or (choice.get("delta") or {}).get("content") or ""
    return str(text), str(choice.get("finish_reason") or "")


def _timings(event: dict[str, Any]) -> dict[str, Any]:
    """What llama-server tells beside the protocol."""
    timings = event.get("timings") or {}
    return {"cache_n": timings["cache_n"]} if "cache_n" in timings else {}
