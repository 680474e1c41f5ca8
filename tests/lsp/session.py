"""One session without a process: messages go in as JSON, and what the server sends is kept."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import TYPE_CHECKING, Any

from phi_ls.features.assistant import Assistant
from phi_ls.lsp import stdio
from phi_ls.lsp.server import PhiLanguageServer

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.settings import Settings

Message = dict[str, Any]


class Session:
    """A server whose assistant, if any, was never started: what needs no model works."""

    def __init__(self, make_assistant: Callable[[Settings], Assistant] = Assistant) -> None:
        self.server = PhiLanguageServer(make_assistant)
        self.sent: list[Message] = []
        self.server.protocol.set_writer(self)  # type: ignore[arg-type]
        self._numbers = itertools.count(1)

    def write(self, data: bytes, *, droppable: bool = False) -> None:
        """The writer's side: keep a message."""
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        self.sent.append({**message, "droppable": True} if droppable else message)

    def send(self, message: object) -> None:
        """Hand the server one message."""
        stdio.handle(self.server, json.dumps(message).encode())

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    async def ask(self, method: str, params: object = None) -> Message:
        """Send a request; returns its one answer."""
        number = next(self._numbers)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return await self.answer(number)

    async def answer(self, number: object) -> Message:
        for _ in range(1000):
            if found := [m for m in self.sent if m.get("id") == number and "method" not in m]:
                return found[0]
            await asyncio.sleep(0.005)
        raise AssertionError(f"no answer to {number}; sent: {self.sent}")

    async def result(self, method: str, params: object = None) -> Any:
        answer = await self.ask(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    async def error(self, method: str, params: object = None) -> tuple[int, str]:
        answer = await self.ask(method, params)
        return answer["error"]["code"], answer["error"]["message"]

    async def initialize(self, capabilities: Message | None = None, **params: object) -> Message:
        """Say hello; returns the server's capabilities."""
        hello = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **params}
        result: Message = await self.result("initialize", hello)
        return result["capabilities"]

    def open(self, uri: str, text: str, *, version: int = 1, language: str = "python") -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
