"""Time to a suggestion, against the peers, with the same model file and the same keystrokes.

Nobody accepts anything, so everybody sees the same keys: bursts, and a stop after each in which the typist waits for a
suggestion. Everybody is asked at every key, without a delay, and told at the next key that the last answer is not
wanted; answers are greedy, at most `NEW_TOKENS` long and end with the line. Only the stops are timed, since an answer
that the next key cuts off would have no time.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from bench.child import child
from bench.files import standard_files
from bench.llama_server import llama_server
from bench.prompts import joined, parts_at, starter_file
from bench.setting import settings
from bench.vim_prompt import vim_prompt
from bench.worker import CONTEXT_TOKENS
from phi_ls.evaluation.replay import LOAD_SECONDS, quantile
from phi_ls.evaluation.rpc import Connection, ServerFailed
from phi_ls.evaluation.session import AUTOMATIC, Document
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.child import Child
    from bench.llama_server import LlamaServer

BURST_KEYS = 4
KEY_SECONDS = 0.08
"""Within a burst; about 150 words a minute."""
STOP_SECONDS = 3.0
"""How long a typist waits at a stop at most, and what a stop without an answer counts as."""
LOOK_SECONDS = 0.05
"""From a suggestion to the next key."""
NEW_TOKENS = 96


class System(Protocol):
    """Something that suggests. `ask` is cancelled by the next key."""

    known: bool
    """Whether the last answer came from the client's own memory."""

    async def open(self, document: Document) -> None:
        """Begin with a file."""

    async def key(self, source: Source, offset: int) -> None:
        """A character was typed before `offset` of `source`."""

    async def ask(self, source: Source, offset: int) -> str:
        """What is suggested there; empty for nothing."""


@dataclass(frozen=True)
class Stop:
    """One stop: which it was, ms from the key to the answer, and what was in it.

    `known`: the client showed the rest of what it had been told before, and asked nobody.
    """

    place: int
    ms: float
    text: str
    known: bool = False


class Ours:
    """phi-ls over LSP, as an editor drives it; what is known is known to the server."""

    known = False

    def __init__(self, server: Connection) -> None:
        self._server = server
        self._version = 1
        self._asked: int | None = None

    async def open(self, document: Document) -> None:
        """See `System`."""
        self._version = 1
        await self._server.open(document.uri, document.language, document.unfinished)

    async def key(self, source: Source, offset: int) -> None:
        """See `System`."""
        line, column = source.position(offset - 1)
        place = {"line": line, "character": column}
        self._version += 1
        document = {"uri": source.uri, "version": self._version}
        change = {"range": {"start": place, "end": place}, "text": source.text[offset - 1]}
        await self._server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        if self._asked is not None:
            await self._server.cancel(self._asked)

    async def ask(self, source: Source, offset: int) -> str:
        """See `System`."""
        line, column = source.position(offset)
        params = {
            "textDocument": {"uri": source.uri},
            "position": {"line": line, "character": column},
            "context": {"triggerKind": AUTOMATIC},
        }
        self._asked, answer = await self._server.ask("textDocument/inlineCompletion", params)
        # The task that waits may be cancelled; what the editor tells the server follows the next key.
        result = await asyncio.shield(answer)
        self._asked = None
        items = result["items"] if result else []
        return str(items[0]["insertText"]) if items else ""


class Remembering:
    """A client that asks `_complete` and remembers, as llama.vim does: what is typed as suggested is not asked."""

    REMEMBERED_KEYS = 128

    def __init__(self) -> None:
        self.known = False
        self._known: dict[tuple[str, str], str] = {}

    async def open(self, document: Document) -> None:
        """See `System`."""
        self._known.clear()

    async def key(self, source: Source, offset: int) -> None:
        """See `System`."""

    async def ask(self, source: Source, offset: int) -> str:
        """See `System`."""
        before, after = source.text[:offset], source.text[offset:]
        self.known = True
        for back in range(min(self.REMEMBERED_KEYS, offset)):
            known = self._known.get((before[: offset - back], after))
            typed = before[offset - back :]
            if known is not None and known.startswith(typed) and (rest := known[len(typed) :]):
                return rest
        self.known = False
        text = await self._complete(source, offset)
        shown = text if text.strip() else ""
        self._known[before, after] = shown
        return shown

    async def _complete(self, source: Source, offset: int) -> str:
        raise NotImplementedError


class Vim(Remembering):
    """llama.vim's way with llama-server. `prompt` is its own layout, or ours."""

    def __init__(self, server: LlamaServer, prompt: Callable[[Source, int], str]) -> None:
        super().__init__()
        self._server, self._prompt = server, prompt

    async def _complete(self, source: Source, offset: int) -> str:
        answer = await self._server.complete(self._prompt(source, offset), max_tokens=NEW_TOKENS)
        return str(answer["content"])


class HighLevel(Remembering):
    """`Llama` in a process of its own, with our prompts."""

    def __init__(self, child: Child) -> None:
        super().__init__()
        self._child = child
        self._number = 0
        self._open = 0

    async def _complete(self, source: Source, offset: int) -> str:
        self._number += 1
        number = self._number
        self._child.send({"id": number, "prompt": our_prompt(source, offset), "max_tokens": NEW_TOKENS})
        while True:
            # Answers to requests that were given up come first.
            answer = await self._child.receive()
            if answer["id"] == number:
                return str(answer["content"])


def our_prompt(source: Source, offset: int) -> str:
    """The prompt that phi-ls makes, as one string."""
    return joined(parts_at(source, offset))


async def measure(
    binary: Path | None, environment: Mapping[str, str], *, keys: int, threads: int, say: Callable[[str], None]
) -> dict[str, Any]:
    """Every system's times at the stops, by name. Files in turns, so that what disturbs the machine meets everybody."""
    model = starter_file("gguf")
    timed: dict[str, list[Stop]] = {}
    async with AsyncExitStack() as stack:
        systems: dict[str, System] = {}
        for name, lookup in (("phi-ls", True), ("phi-ls, model only", False)):
            inline = {"debounceMs": 0, "multiline": "never", "lookup": lookup}
            server = await stack.enter_async_context(Connection(settings("gguf", **inline), dict(environment)))
            await server.loaded(LOAD_SECONDS)
            systems[name] = Ours(server)
        if binary is not None:
            peer = await stack.enter_async_context(
                llama_server(binary, model, threads=threads, context=CONTEXT_TOKENS + 1)
            )
            systems["llama-server"] = Vim(peer, vim_prompt)
            systems["llama-server, our prompt"] = Vim(peer, our_prompt)
        arguments = (str(model), str(threads), str(CONTEXT_TOKENS + 1))
        systems["Llama"] = HighLevel(await stack.enter_async_context(child("bench.high_level", *arguments)))
        for file in standard_files():
            document = Document.read(file, keys)
            for name, system in systems.items():
                say(f"peers: {name}, {file.name}")
                stops = await _typed(system, document, keys)
                timed.setdefault(name, []).extend(stops)
    return {
        "keys": keys,
        "model": model.name,
        "systems": {name: summary(stops) for name, stops in timed.items()},
        **against(timed),
    }


async def _typed(system: System, document: Document, keys: int) -> list[Stop]:
    """Type the first keys of the stretch; what happened at the stops."""
    await system.open(document)
    stops: list[Stop] = []
    waiting: asyncio.Task[str] | None = None
    for number in range(1, keys + 1):
        offset = document.start + number
        text = document.text[:offset] + document.text[document.end :]
        source = Source(document.uri, document.language, number, text)
        await system.key(source, offset)
        if waiting is not None:
            await _given_up(waiting)
        began = time.perf_counter()
        waiting = asyncio.create_task(system.ask(source, offset))
        if number % BURST_KEYS:
            await asyncio.sleep(KEY_SECONDS)
            continue
        await asyncio.wait({waiting}, timeout=STOP_SECONDS)
        answered = waiting.done()
        spent = time.perf_counter() - began if answered else STOP_SECONDS
        stops.append(Stop(offset, spent * 1000, waiting.result() if answered else "", system.known))
        await asyncio.sleep(LOOK_SECONDS)
    if waiting is not None:
        await _given_up(waiting)
    return stops


async def _given_up(waiting: asyncio.Task[str]) -> None:
    waiting.cancel()
    with suppress(asyncio.CancelledError, ServerFailed):
        await waiting


def summary(stops: list[Stop]) -> dict[str, Any]:
    """How many stops had a suggestion, and the times to those."""
    shown = [stop.ms for stop in stops if stop.text]
    return {
        "stops": len(stops),
        "shown": len(shown),
        "known": sum(stop.known for stop in stops if stop.text),
        "p50": quantile(shown, 0.5),
        "p90": quantile(shown, 0.9),
        "answer_p50": quantile([stop.ms for stop in stops], 0.5),
        "answer_p90": quantile([stop.ms for stop in stops], 0.9),
        "ms": [round(stop.ms, 2) if stop.text else None for stop in stops],
    }


def against(timed: Mapping[str, list[Stop]]) -> dict[str, Any]:
    """Ratios of phi-ls to each peer, at the stops at which both suggested something; also where the peer was asked."""
    ratios = {}
    for ours in ("phi-ls", "phi-ls, model only"):
        for peer, others in timed.items():
            if peer.startswith("phi-ls") or ours not in timed:
                continue
            both = [pair for pair in zip(timed[ours], others, strict=True) if pair[0].text and pair[1].text]
            for name, pairs in (
                (f"{ours} / {peer}", both),
                (f"{ours} / {peer}, where that was asked", [pair for pair in both if not pair[1].known]),
            ):
                if pairs:
                    ratios[name] = compared([(one.ms, other.ms) for one, other in pairs])
    return {"ratios": ratios}


def compared(both: list[tuple[float, float]]) -> dict[str, Any]:
    """Quotients of the medians and of the 90th percentiles, and the median of the quotients of pairs."""
    ours, others = [one for one, _ in both], [other for _, other in both]
    p50, p90 = ((quantile(ours, part) or 0.0) / (quantile(others, part) or 1.0) for part in (0.5, 0.9))
    pairs = statistics.median(one / other for one, other in both)
    return {"n": len(both), "median": round(p50, 3), "p90": round(p90, 3), "median_of_pairs": round(pairs, 3)}
