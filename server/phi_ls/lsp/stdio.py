"""The connection to the client over stdin and stdout, from the first byte to the exit code.

Only messages reach the client's pipe: `claim` moves both ends away from fd 0 and 1, so that a stray print lands on
stderr and no child process can read the client's messages. Messages are read by a thread of their own and handled one
after the other; between two of them every handler that was started runs up to its first await, so a handler that takes
its snapshot before it waits sees the document as it was when its request arrived.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from phi_ls.lsp.frames import read_frame
from phi_ls.lsp.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.lsp.server import PhiLanguageServer

READ_AHEAD = 256
"""Messages that may wait to be handled; the client waits beyond that."""
CLOSING_SECONDS = 1.0
"""How long the end may take: editors kill a server that needs two."""

_log = logging.getLogger(__name__)


def claim() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for messages alone; call it before anything that might print or start a process."""
    reading = os.fdopen(os.dup(0), "rb")
    writing = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reading, writing


def run(make_server: Callable[[], PhiLanguageServer], reading: BinaryIO, writing: BinaryIO) -> int:
    """Serve one client until it leaves; the exit code is 0 after `shutdown`, else 1."""
    return asyncio.run(converse(make_server, reading, writing))


async def converse(make_server: Callable[[], PhiLanguageServer], reading: BinaryIO, writing: BinaryIO) -> int:
    """`run` on the event loop that is there already."""
    loop = asyncio.get_running_loop()
    frames: asyncio.Queue[bytes | None] = asyncio.Queue()

    def end() -> None:
        loop.call_soon_threadsafe(frames.put_nowait, None)

    loop.set_exception_handler(_log_failure)
    server = make_server()
    writer = Writer(writing, end)
    server.protocol.set_writer(writer)
    server.on_end(end)
    room = threading.Semaphore(READ_AHEAD)
    arguments = (reading, room, lambda body: loop.call_soon_threadsafe(frames.put_nowait, body))
    threading.Thread(target=_read, args=arguments, name="phi-ls reader", daemon=True).start()
    while (body := await frames.get()) is not None:
        room.release()
        handle(server, body)
        if server.protocol.exited:
            break
        await asyncio.sleep(0)
    code = 0 if server.protocol.shut_down else 1
    _log.info("the connection ended; exit code %d", code)
    try:
        await asyncio.wait_for(server.close(), CLOSING_SECONDS)
    except TimeoutError:
        _log.info("closing took too long; what was left is dropped")
    await asyncio.to_thread(writer.close, CLOSING_SECONDS)
    return code


def handle(server: PhiLanguageServer, body: bytes) -> None:
    """Give one message to the protocol; what is no JSON is answered with a parse error."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        server.protocol.refuse_unreadable(f"{type(error).__name__} in {len(body)} bytes")
        return
    server.protocol.receive(message)


def _log_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task was there to raise; asyncio itself would write it, with all its words, to stderr."""
    _log.error("%s", context.get("message", "a failure"), exc_info=context.get("exception"))


def _read(stream: BinaryIO, room: threading.Semaphore, give: Callable[[bytes | None], object]) -> None:
    """Read messages until the stream ends; waits while too many are unhandled."""
    try:
        while True:
            room.acquire()
            body = read_frame(stream)
            give(body)
            if body is None:
                return
    except (OSError, ValueError, MemoryError) as error:
        _log.warning("reading from the client failed: %s", type(error).__name__)
        give(None)
    except RuntimeError:
        return  # the event loop is closed: the server ends for another reason
