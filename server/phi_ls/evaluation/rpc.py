"""A small LSP client over the server's own pipes, for benchmarks: requests, notifications, latencies."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import Any, Self

from phi_ls.errors import PhiLsError

LIMIT = 1 << 24


class ServerFailed(PhiLsError):
    """The server answered with an error, or ended."""


class Connection:
    """One server process and its answers. Use as an async context manager."""

    def __init__(self, settings: dict[str, Any], environment: dict[str, str] | None = None) -> None:
        self._settings = settings
        self._environment = {**os.environ, **(environment or {})}
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._status = asyncio.Condition()
        self._state = ""
        self._next_id = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._process: asyncio.subprocess.Process

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "phi_ls",
            "serve",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=self._environment,
            limit=LIMIT,
        )
        self._tasks.append(asyncio.create_task(self._read()))
        await self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": None,
                "initializationOptions": self._settings,
                "capabilities": {
                    "textDocument": {"inlineCompletion": {}, "hover": {"contentFormat": ["markdown"]}},
                    "experimental": {"phi": {"status": True, "showsAnswers": True}},
                },
            },
        )
        await self.notify("initialized", {})
        return self

    async def __aexit__(self, *_error: object) -> None:
        with contextlib.suppress(ServerFailed, TimeoutError):
            await asyncio.wait_for(self.request("shutdown", None), timeout=10)
            await self.notify("exit", None)
            await asyncio.wait_for(self._process.wait(), timeout=10)
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def request(self, method: str, params: object) -> Any:  # noqa: ANN401 - as JSON is
        """The result of a request. Raises `ServerFailed`."""
        _number, answer = await self.ask(method, params)
        return await answer

    async def ask(self, method: str, params: object) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; its number, and its result when that has come. Raises `ServerFailed`, here or there."""
        self._next_id += 1
        number = self._next_id
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        await self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number, future

    async def cancel(self, number: int) -> None:
        """Tell the server that nobody waits for a request any more, as editors do; its answer is dropped."""
        future = self._waiting.pop(number, None)
        if future is not None:
            future.cancel()
            await self.notify("$/cancelRequest", {"id": number})

    async def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        await self._send({"jsonrpc": "2.0", "method": method, "params": params})

    async def open(self, uri: str, language: str, text: str) -> None:
        """Open a document as version 1."""
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        await self.notify("textDocument/didOpen", {"textDocument": document})

    async def loaded(self, seconds: float) -> None:
        """Wait for the model. Raises `ServerFailed` when none can be loaded."""
        async with self._status, asyncio.timeout(seconds):
            await self._status.wait_for(lambda: self._state in ("ready", "busy", "failed"))
        if self._state == "failed":
            raise ServerFailed("wanted a loaded model, found none that runs; see `phi-ls doctor`")

    async def _send(self, message: dict[str, Any]) -> None:
        if self._process.stdin is None or self._process.stdin.is_closing():
            raise ServerFailed("the server has ended")
        body = json.dumps(message).encode("ascii")
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()

    async def _read(self) -> None:
        stream = self._process.stdout
        if stream is None:
            return
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                header = await stream.readuntil(b"\r\n\r\n")
                size = int(header.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await self._dispatch(json.loads(await stream.readexactly(size)))
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(ServerFailed("the server has ended"))

    async def _dispatch(self, message: dict[str, Any]) -> None:
        if "method" in message:
            if message["method"] == "phi/status":
                async with self._status:
                    self._state = message["params"]["state"]
                    self._status.notify_all()
            if "id" in message:  # what a server may ask of its client; null is an answer to all of it
                await self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            return
        future = self._waiting.pop(message["id"], None)
        if future is None or future.done():
            return
        if "error" in message:
            future.set_exception(ServerFailed(message["error"]["message"]))
        else:
            future.set_result(message["result"])
