"""The worker process: messages in on stdin, messages out on the pipe that was stdout.

Nothing but messages reaches that pipe: file descriptor 1 is moved to stderr before any engine is imported, so neither a
`print` nor native code can write there. Engine telemetry is off from the start, since it is switched on by an import.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, BinaryIO

from phi_ls.wire import FromWorker, encode
from phi_ls.worker.inbox import Inbox
from phi_ls.worker.loop import Loop
from phi_ls.worker.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = {
    # The runtime keeps a device id and a database below the user's home otherwise.
    "ORT_DISABLE_TELEMETRY": "1",
    # On an abort, ggml starts a debugger that writes to stdout otherwise.
    "GGML_NO_BACKTRACE": "1",
    # We encode one text at a time.
    "TOKENIZERS_PARALLELISM": "false",
}
DEFAULTS = {
    # Threads that wait by spinning starve each other as soon as anything else runs; beside an editor something does.
    "OMP_WAIT_POLICY": "PASSIVE",
}

_SWITCH_SECONDS = 0.0002


def run() -> int:
    """Serve until stdin ends, and end the process there: an engine's own clean-up may take seconds or crash."""
    os.environ.update({**DEFAULTS, **os.environ, **ENVIRONMENT})
    # Ctrl-C in a terminal goes to the whole group; it is the server that decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The reader must get the lock soon after the engine gives it back, or a cancel is seen a token late.
    sys.setswitchinterval(_SWITCH_SECONDS)
    source, sink = take_pipes()
    try:
        Loop(Inbox(source), sender(sink), Watchdog()).run()
    except BrokenPipeError:
        # The server no longer reads, so it is gone; its end of stdin follows.
        os._exit(1)
    sys.stderr.flush()
    os._exit(0)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes of stdin and stdout; the descriptors 0 and 1 are left with nothing to read and with stderr."""
    source, sink = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for descriptor in (source, sink):
            msvcrt.setmode(descriptor, os.O_BINARY)
    return os.fdopen(source, "rb"), os.fdopen(sink, "wb")


def sender(sink: BinaryIO) -> Callable[[FromWorker], None]:
    """Writes each message at once."""

    def send(message: FromWorker) -> None:
        sink.write(encode(message))
        sink.flush()

    return send
