"""The log: a rotating file, and the editor's own log window. Code is in neither.

An exception's message can quote what it was given, so of exceptions only the type and the place are logged, except for
phi-ls' own, whose words are written for users. The libraries below log whole messages of the protocol; they are mute.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

from lsprotocol import types

from phi_ls import paths
from phi_ls.errors import PhiLsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from phi_ls.settings import LogLevel

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

_BYTES_PER_FILE = 1024 * 1024
_OLD_FILES = 2
_MESSAGE_TYPES = {
    logging.DEBUG: types.MessageType.Debug,
    logging.INFO: types.MessageType.Info,
    logging.WARNING: types.MessageType.Warning,
    logging.ERROR: types.MessageType.Error,
}


class CodelessFormatter(logging.Formatter):
    """Formats exceptions as type and places, without messages that might quote code."""

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - logging's name
        """The frames of a traceback and the type of the exception."""
        _, error, trace = ei
        frames = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in traceback.extract_tb(trace)]
        words = f": {error}" if isinstance(error, PhiLsError) else ""
        return "\n".join([*frames, f"  {type(error).__name__}{words}"])


class ClientHandler(logging.Handler):
    """Shows the log in the editor's log window."""

    def __init__(self, send: Callable[[types.LogMessageParams], None]) -> None:
        super().__init__()
        self._send = send
        self._inside = threading.local()
        self.setFormatter(CodelessFormatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; what sending itself logs is not sent."""
        if getattr(self._inside, "sending", False):
            return
        self._inside.sending = True
        try:
            level = _MESSAGE_TYPES.get(record.levelno, types.MessageType.Error)
            self._send(types.LogMessageParams(type=level, message=self.format(record)))
        except Exception:  # a log must not break what it tells of
            self.handleError(record)
        finally:
            self._inside.sending = False


def start() -> None:
    """Log to the file of `paths.log_file()`, or to stderr where that cannot be written."""
    logging.raiseExceptions = False
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    root = logging.getLogger("phi_ls")
    root.setLevel(logging.INFO)
    root.propagate = False
    handler = _file_handler()
    handler.setFormatter(
        CodelessFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"),
    )
    root.addHandler(handler)


def set_level(level: LogLevel) -> None:
    """Say as much as the user asked for."""
    logging.getLogger("phi_ls").setLevel(level.value.upper())


def show_in_client(send: Callable[[types.LogMessageParams], None]) -> None:
    """Send the log to the client too, and to no earlier one."""
    root = logging.getLogger("phi_ls")
    for handler in [handler for handler in root.handlers if isinstance(handler, ClientHandler)]:
        root.removeHandler(handler)
    root.addHandler(ClientHandler(send))


def stop() -> None:
    """Flush and close; the process may end by force after that."""
    root = logging.getLogger("phi_ls")
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()


def _file_handler() -> logging.Handler:
    file = paths.log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(file, maxBytes=_BYTES_PER_FILE, backupCount=_OLD_FILES, encoding="utf-8")
    except OSError as error:
        print(f"phi-ls: no log file at {file}: {error.strerror}; logging to stderr", file=sys.stderr)  # noqa: T201
        return logging.StreamHandler(sys.stderr)
