"""llama.cpp's own server as a peer: the process, its HTTP interface, and a client that works as llama.vim does.

The client asks at every key and closes the connection of the request before; it keeps what was answered and shows the
rest of it when that is typed. The connection is local and the request is a few lines of JSON, so no HTTP library is
needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bench.worker import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

HOST = "127.0.0.1"
LOAD_SECONDS = 300.0
# What llama.vim's documentation starts it with: one slot, reuse of shifted blocks of 256 tokens.
OPTIONS = ("--cache-reuse", "256", "--batch-size", "1024", "--ubatch-size", "1024", "--parallel", "1")


class LlamaServer:
    """A started server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def complete(self, prompt: str, *, max_tokens: int, stop: tuple[str, ...] = ("\n",)) -> dict[str, Any]:
        """A greedy completion that reuses the last prompt's prefix; leaving early closes the connection."""
        return await self._post(
            "/completion",
            {
                "prompt": prompt,
                "n_predict": max_tokens,
                "stop": list(stop),
                "temperature": 0.0,
                "samplers": ["temperature"],
                "cache_prompt": True,
                "id_slot": 0,
            },
        )

    async def healthy(self) -> bool:
        """Whether the model is loaded."""
        try:
            return (await self._request("GET", "/health", b"")).get("status") == "ok"
        except (OSError, ValueError, asyncio.IncompleteReadError):
            return False

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return await self._request("POST", path, json.dumps(body).encode())

    async def _request(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        reader, writer = await asyncio.open_connection(HOST, self._port, limit=1 << 22)
        try:
            head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            writer.write(head.encode() + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            answer = await reader.read()
        finally:
            writer.close()
        _head, _blank, content = answer.partition(b"\r\n\r\n")
        record: dict[str, Any] = json.loads(content)
        return record


@asynccontextmanager
async def llama_server(binary: Path, model: Path, *, threads: int, context: int) -> AsyncGenerator[LlamaServer, None]:
    """A server with the model, once it is loaded; ended afterwards. Raises `RuntimeError`."""
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        str(binary), "--model", str(model), "--host", HOST, "--port", str(port),
        "--threads", str(threads), "--ctx-size", str(context), *OPTIONS,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **ENVIRONMENT},
    )  # fmt: skip
    server = LlamaServer(port)
    try:
        async with asyncio.timeout(LOAD_SECONDS):
            while not await server.healthy():
                if process.returncode is not None:
                    raise RuntimeError(f"llama-server ended with code {process.returncode}")
                await asyncio.sleep(0.1)
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        with contextlib.suppress(ProcessLookupError):
            await process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
