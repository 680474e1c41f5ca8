"""One document that is typed key by key into a server, as an editor would send it.

An ideal accepter takes a suggestion exactly when all of it is what the file holds next, and asks again behind it.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from phi_ls.errors import UsageError
from phi_ls.evaluation.rpc import ServerFailed
from phi_ls.syntax import language_of
from phi_ls.text import Source

if TYPE_CHECKING:
    from pathlib import Path

    from phi_ls.evaluation.keys import Key
    from phi_ls.evaluation.rpc import Connection

AUTOMATIC = 2
ACCEPT_PAUSE_MS = 120.0
"""Between taking a suggestion and the next key."""

Outcome: TypeAlias = Literal["right", "wrong", "nothing"]


@dataclass(frozen=True)
class Step:
    """One key, or the taking of one suggestion, and what was shown after it. `moment` in seconds, monotonic."""

    moment: float
    taken: int = 0
    """Characters of the suggestion that this step took; 0 for a key."""
    wait_ms: float | None = None
    """From the step to what was shown; None where nothing was shown before the next step."""
    outcome: Outcome = "nothing"
    """Whether what was shown is what the file holds next."""


@dataclass
class Tally:
    """What happened while one file was typed. `opened` in seconds, monotonic."""

    opened: float
    steps: list[Step] = field(default_factory=list)
    characters: int = 0
    accepted_ids: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A finished file, and the stretch of it that is typed again."""

    uri: str
    language: str
    text: str
    start: int
    end: int

    @classmethod
    def read(cls, file: Path, keys: int) -> Document:
        """Whole lines in the middle of a file, a few times as long as the keys, since suggestions are accepted.

        Raises `UsageError` when it cannot be read as text.
        """
        try:
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise UsageError(f"wanted a file to type, found {str(file)!r}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"wanted UTF-8 text, found other bytes in {str(file)!r} at byte {error.start}") from error
        start = text.find("\n", max(len(text) // 2 - keys, 0)) + 1
        end = text.find("\n", min(start + 4 * keys, len(text)))
        return cls(file.resolve().as_uri(), language_of(file.name), text, start, len(text) if end < 0 else end)

    @property
    def unfinished(self) -> str:
        """The text without the stretch."""
        return self.text[: self.start] + self.text[self.end :]


class Session:
    """Types `document` into a server that has it open. `place` is the offset in the finished text that is reached."""

    def __init__(self, server: Connection, document: Document) -> None:
        self._server = server
        self._document = document
        self._version = 1
        self._finished = Source(document.uri, "", 0, document.text)
        self._asked: int | None = None
        self.place = document.start
        self.tally = Tally(time.monotonic())

    async def press(self, key: Key) -> None:
        """Send one key, ask for a completion, and take what comes as long as it is right."""
        place = self._position()
        if key.text:
            await self._change(place, place, key.text)
        else:
            await self._change(place, {**place, "character": place["character"] + 1}, "")
        if key.text and key.on_course:
            self.place += 1
            self.tally.characters += 1
        began = time.monotonic()
        if not key.on_course:
            await self._forget()
            self.tally.steps.append(Step(began))
            await asyncio.sleep(key.pause_ms / 1000)
            return
        item = await self._look(began, key.pause_ms)
        while item is not None:
            item = await self._take(item)

    async def leave(self) -> None:
        """Give up what is still asked for."""
        await self._forget()

    async def _look(self, began: float, pause_ms: float, taken: int = 0) -> dict[str, Any] | None:
        """Ask, and wait for the next step; the item that came meanwhile, if it is right."""
        item = await self._ask(began + pause_ms / 1000)
        outcome: Outcome = "nothing"
        if item is not None:
            outcome = "right" if self._is_next(item["insertText"]) else "wrong"
        wait_ms = (time.monotonic() - began) * 1000 if item is not None else None
        self.tally.steps.append(Step(began, taken=taken, wait_ms=wait_ms, outcome=outcome))
        await asyncio.sleep(max(0.0, began + pause_ms / 1000 - time.monotonic()))
        return item if outcome == "right" else None

    async def _ask(self, until: float) -> dict[str, Any] | None:
        """The item that is offered before the moment `until`; None when there is none by then."""
        await self._forget()
        params = {
            "textDocument": {"uri": self._document.uri},
            "position": self._position(),
            "context": {"triggerKind": AUTOMATIC},
        }
        self._asked, answer = await self._server.ask("textDocument/inlineCompletion", params)
        await asyncio.wait({answer}, timeout=max(until - time.monotonic(), 0))
        if not answer.done():
            return None
        self._asked = None
        try:
            result = answer.result()
        except ServerFailed:
            return None
        items: list[dict[str, Any]] = result["items"] if result else []
        return items[0] if items else None

    async def _take(self, item: dict[str, Any]) -> dict[str, Any] | None:
        """Insert an item as an editor does, and look what comes behind it."""
        text: str = item["insertText"]
        place = self._position()
        await self._change(place, place, text)
        self.place += len(text)
        began = time.monotonic()
        self.tally.characters += len(text)
        self.tally.accepted_ids.append(item["command"]["arguments"][0]["id"])
        await self._server.ask("workspace/executeCommand", item["command"])
        return await self._look(began, ACCEPT_PAUSE_MS, taken=len(text))

    async def _forget(self) -> None:
        """An editor lets the server know of the new text first, and then that nobody waits for the old answer."""
        if self._asked is not None:
            await self._server.cancel(self._asked)
            self._asked = None

    def _is_next(self, text: str) -> bool:
        document = self._document
        return document.text.startswith(text, self.place) and self.place + len(text) <= document.end

    def _position(self) -> dict[str, int]:
        line, column = self._finished.position(self.place)
        return {"line": line, "character": column}

    async def _change(self, start: dict[str, int], end: dict[str, int], text: str) -> None:
        self._version += 1
        document = {"uri": self._document.uri, "version": self._version}
        change = {"range": {"start": start, "end": end}, "text": text}
        await self._server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
