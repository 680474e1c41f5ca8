"""`phi-ls replay`: type files key by key through a real server, and count what that costs and saves.

A stretch of each file is taken out and typed again. An ideal accepter takes a suggestion exactly when all of it is what
the file holds next. The figures come from the answers and from the server's journal; the first prompt of each file is
left out of the prefill counts, since there is nothing that it could reuse.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phi_ls.evaluation.keys import Key, Rhythm, Typist
from phi_ls.evaluation.rpc import Connection, ServerFailed
from phi_ls.syntax import language_of
from phi_ls.text import Source

LOAD_SECONDS = 600.0
AUTOMATIC = 2


@dataclass
class Tally:
    """What happened while one file was typed. `moments` are the times of its keys, in seconds, monotonic."""

    keys: int = 0
    characters: int = 0
    accepted: int = 0
    saved: int = 0
    shown: int = 0
    shown_wrong: int = 0
    waits_ms: list[float] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    accepted_ids: list[int] = field(default_factory=list)


async def replay(
    files: list[Path], settings: dict[str, Any], *, keys: int, rhythm: Rhythm, seed: int = 0
) -> dict[str, Any]:
    """Type about `keys` keys of each file; the record of DESIGN.md section 9. Raises `ServerFailed`."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        documents = [_Document.read(file) for file in files]
        async with Connection(settings, {"PHI_LS_JOURNAL": str(journal)}) as server:
            await server.loaded(LOAD_SECONDS)
            tallies = [await _type(server, document, keys, Typist(rhythm, seed)) for document in documents]
        events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return _record(files, tallies, events)


@dataclass(frozen=True)
class _Document:
    uri: str
    language: str
    text: str

    @classmethod
    def read(cls, file: Path) -> _Document:
        text = file.read_text(encoding="utf-8").replace("\r\n", "\n")
        return cls(file.resolve().as_uri(), language_of(file.name), text)


async def _type(server: Connection, document: _Document, keys: int, typist: Typist) -> Tally:
    text, uri = document.text, document.uri
    start, end = _stretch(text, keys)
    await server.open(uri, document.language, text[:start] + text[end:])
    session = _Session(server, uri, text, start, end)
    while session.place < end and session.tally.keys < keys:
        for key in typist.keys(text[session.place]):
            await session.press(key)
    await server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    return session.tally


def _stretch(text: str, keys: int) -> tuple[int, int]:
    """Whole lines in the middle of a text, a few times as long as the keys, since suggestions are accepted."""
    middle = max(text.find("\n", max(len(text) // 2 - keys, 0)) + 1, 0)
    end = text.find("\n", min(middle + 4 * keys, len(text)))
    return middle, len(text) if end < 0 else end


class _Session:
    """One document that is being typed. `place` is the offset in the finished text up to which it stands."""

    def __init__(self, server: Connection, uri: str, text: str, start: int, end: int) -> None:
        self._server = server
        self._uri = uri
        self._text = text
        self._end = end
        self._version = 1
        self._shown = ""
        self._finished = Source(uri, "", 0, text)
        self.place = start
        self.tally = Tally()

    async def press(self, key: Key) -> None:
        """Send one key, ask for a completion, and take it when it is right."""
        line, column = self._finished.position(self.place)
        start = {"line": line, "character": column}
        if key.text:
            await self._change(start, start, key.text)
        else:
            await self._change(start, {"line": line, "character": column + 1}, "")
        if key.text and key.on_course:
            self.place += 1
        self.tally.keys += 1
        self.tally.characters += bool(key.text and key.on_course)
        began = time.monotonic()
        self.tally.moments.append(began)
        if not key.on_course:
            await asyncio.sleep(key.pause_ms / 1000)
            return
        offer = await self._ask(key.pause_ms / 1000)
        if offer is not None:
            self.tally.waits_ms.append((time.monotonic() - began) * 1000)
            await self._look_at(offer)
        await asyncio.sleep(max(0.0, key.pause_ms / 1000 - (time.monotonic() - began)))

    async def _ask(self, seconds: float) -> dict[str, Any] | None:
        """The item that is offered before the next key; None when there is none by then."""
        line, column = self._finished.position(self.place)
        params = {
            "textDocument": {"uri": self._uri},
            "position": {"line": line, "character": column},
            "context": {"triggerKind": AUTOMATIC},
        }
        request = asyncio.ensure_future(self._server.request("textDocument/inlineCompletion", params))
        with suppress(ServerFailed, TimeoutError):
            answer = await asyncio.wait_for(request, seconds)
            items: list[dict[str, Any]] = answer["items"] if answer else []
            return items[0] if items else None
        return None

    async def _look_at(self, item: dict[str, Any]) -> None:
        text: str = item["insertText"]
        self.tally.shown += 1
        if not self._text.startswith(text, self.place) or self.place + len(text) > self._end:
            self.tally.shown_wrong += 1
            return
        line, column = self._finished.position(self.place)
        start = {"line": line, "character": column}
        await self._change(start, start, text)
        self.place += len(text)
        self.tally.keys += 1
        self.tally.accepted += 1
        self.tally.characters += len(text)
        self.tally.saved += len(text) - 1
        self.tally.moments.append(time.monotonic())
        self.tally.accepted_ids.append(item["command"]["arguments"][0]["id"])
        command = item["command"]
        await self._server.request(
            "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
        )

    async def _change(self, start: dict[str, int], end: dict[str, int], text: str) -> None:
        self._version += 1
        await self._server.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": self._uri, "version": self._version},
                "contentChanges": [{"range": {"start": start, "end": end}, "text": text}],
            },
        )


def _record(files: list[Path], tallies: list[Tally], events: list[dict[str, Any]]) -> dict[str, Any]:
    completions = [event for event in events if event["event"] == "completion"]
    ended = [event for event in events if event["event"] == "generation" and event.get("state") == "ended"]
    accepted = {number for tally in tallies for number in tally.accepted_ids}
    new_tokens = sum(event["new_tokens"] for event in ended)
    useful = sum(event["new_tokens"] for event in completions if event["id"] in accepted)
    prefilled = [count for tally in tallies for count in _prefilled_per_key(tally, ended)]
    waits = sorted(wait for tally in tallies for wait in tally.waits_ms)
    keys = sum(tally.keys for tally in tallies)
    characters = sum(tally.characters for tally in tallies)
    saved = sum(tally.saved for tally in tallies)
    shown = sum(tally.shown for tally in tallies)
    answered = [event for event in completions if event["shown_chars"]]
    asked = [event for event in completions if event["source"] in ("model", "stream")]
    return {
        "files": [file.name for file in files],
        "keys": keys,
        "time_to_suggestion_ms": {f"p{share}": _quantile(waits, share / 100) for share in (50, 90, 99)},
        "prefilled_per_key": {
            "median": _quantile(sorted(prefilled), 0.5),
            "mean": round(sum(prefilled) / len(prefilled), 2) if prefilled else None,
            "p90": _quantile(sorted(prefilled), 0.9),
        },
        "without_model": _share(len(completions) - len(asked), len(completions)),
        "shown_without_model": _share(sum(e["source"] in ("cache", "lookup") for e in answered), len(answered)),
        "keys_saved": _share(saved, characters),
        "characters_completed": _share(saved + sum(tally.accepted for tally in tallies), characters),
        "shown_wrong": _share(sum(tally.shown_wrong for tally in tallies), shown),
        "wasted_tokens": _share(new_tokens - useful, new_tokens),
    }


def _prefilled_per_key(tally: Tally, ended: list[dict[str, Any]]) -> list[float]:
    """For each key the prompt tokens that were computed until the next one, without the first prompt of the file."""
    if not tally.moments:
        return []
    borders = [*tally.moments[1:], tally.moments[-1] + 1.0]
    mine = [event for event in ended if tally.moments[0] <= event["t"] < borders[-1]][1:]
    counts = [0.0] * len(borders)
    index = 0
    for event in mine:
        while event["t"] >= borders[index]:
            index += 1
        counts[index] += event["prefilled_tokens"]
    return counts


def _quantile(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2) if ordered else None


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
