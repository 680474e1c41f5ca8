"""A client that sends exactly what it is told to, also what no editor would, and waits for nothing without a bound."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SERVE = [sys.executable, "-m", "phi_ls", "serve"]
PATIENCE = 30.0
"""Seconds; far more than anything takes on a busy machine."""

Message = dict[str, Any]

FULL: Message = {
    "textDocument": {
        "inlineCompletion": {},
        "completion": {"completionItem": {"snippetSupport": True}},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": [""]}}},
    },
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "didChangeConfiguration": {"dynamicRegistration": True},
        "workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}},
        "textDocumentContent": {},
    },
    "window": {"showDocument": {"support": True}, "workDoneProgress": True},
    "experimental": {"phi": {"status": True}},
}
"""A client that can do everything but show answers by itself."""


class RawClient:
    """One server process. Requests of the server are answered by `answers`, or with null."""

    def __init__(
        self,
        *,
        environment: dict[str, str] | None = None,
        configuration: object = None,
        command: list[str] | None = None,
    ) -> None:
        self.configuration = configuration
        self.answers: dict[str, Callable[[Message], object]] = {
            "workspace/configuration": lambda _params: [self.configuration],
            "workspace/applyEdit": lambda _params: {"applied": True},
            "window/showDocument": lambda _params: {"success": True},
        }
        self.messages: list[Message] = []
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        self._reading = threading.Event()
        self._reading.set()
        self._numbers = itertools.count(1)
        self.process = subprocess.Popen(
            command or SERVE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
        )
        threading.Thread(target=self._read, daemon=True).start()
        self.stderr = b""
        threading.Thread(target=self._read_stderr, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    # Sending.

    def send_bytes(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with self._writing:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def send(self, *messages: object) -> None:
        """All of them in one write."""
        self.send_bytes(b"".join(framed(message) for message in messages))

    def request(self, method: str, params: object = None, **more: object) -> int:
        """Send a request; its answer is for `answer`."""
        number = next(self._numbers)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params, **more})
        return number

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def cancel(self, number: int) -> None:
        self.notify("$/cancelRequest", {"id": number})

    # Waiting.

    def wait_for(self, wanted: Callable[[Message], bool], what: str, timeout: float = PATIENCE) -> Message:
        """The first message, of those that came and those to come, that is wanted."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for message in self.messages:
                    if wanted(message):
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"no {what} came in {timeout} s; stderr: {self.stderr[-2000:]!r}")
                self._changed.wait(left)

    def answer(self, number: object, timeout: float = PATIENCE) -> Message:
        """The answer to a request, result or error."""
        return self.wait_for(
            lambda message: "method" not in message and message.get("id") == number,
            f"answer to {number}",
            timeout,
        )

    def call(self, method: str, params: object = None, timeout: float = PATIENCE) -> Any:
        """Send a request and return its result; an error fails the test."""
        answer = self.answer(self.request(method, params), timeout)
        assert "error" not in answer, answer
        return answer["result"]

    def notification(self, method: str, timeout: float = PATIENCE, **params: object) -> Message:
        """A notification, or a request of the server, with at least these parameters."""
        message = self.wait_for(
            lambda message: (
                message.get("method") == method
                and all((message.get("params") or {}).get(key) == value for key, value in params.items())
            ),
            f"{method} {params}",
            timeout,
        )
        return message["params"]

    def all(self, method: str) -> list[Message]:
        """The parameters of every message of a method so far."""
        with self._changed:
            return [message["params"] for message in self.messages if message.get("method") == method]

    def answers_to(self, number: object) -> list[Message]:
        with self._changed:
            return [message for message in self.messages if "method" not in message and message.get("id") == number]

    def exit_code(self, timeout: float = PATIENCE) -> int:
        return self.process.wait(timeout)

    # Life.

    def initialize(self, capabilities: object = None, **params: object) -> Message:
        """Say hello; returns the server's capabilities."""
        hello = {"processId": None, "rootUri": None, "capabilities": capabilities or FULL, **params}
        result: Message = self.call("initialize", hello)
        self.notify("initialized", {})
        return result["capabilities"]

    def ready(self, timeout: float = 60.0) -> None:
        """Wait until a model is loaded."""
        self.notification("phi/status", timeout, state="ready")

    def open(self, uri: str, text: str, *, version: int = 1, language: str = "python") -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, text: str, *, version: int, start: tuple[int, int], end: tuple[int, int]) -> None:
        area = {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        }
        changes = [{"range": area, "text": text}]
        self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
        )

    def inline(self, uri: str, line: int, character: int, *, kind: int = 1, **context: object) -> int:
        """Ask for an inline completion; 1 is invoked, 2 automatic."""
        return self.request(
            "textDocument/inlineCompletion",
            {**at(uri, line, character), "context": {"triggerKind": kind, **context}},
        )

    def stop_reading(self) -> None:
        self._reading.clear()

    def go_on_reading(self) -> None:
        self._reading.set()

    def leave(self) -> int:
        """Say goodbye as the protocol asks; returns the exit code."""
        self.call("shutdown")
        self.notify("exit")
        return self.exit_code()

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    # The other direction.

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while self._reading.wait():
            try:
                length = 0
                while line := stream.readline().strip():
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                body = stream.read(length)
            except (OSError, ValueError):
                return
            if not body:
                return
            self._take(json.loads(body))

    def _take(self, message: Message) -> None:
        if "method" in message and "id" in message:
            made = self.answers.get(message["method"], lambda _params: None)(message.get("params"))
            self._answer({"jsonrpc": "2.0", "id": message["id"], "result": made})
        with self._changed:
            self.messages.append({**message, "at": time.monotonic()})
            self._changed.notify_all()

    def _answer(self, message: Message) -> None:
        try:
            self.send(message)
        except (OSError, ValueError):
            return

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        try:
            while data := self.process.stderr.read1(4096):  # type: ignore[union-attr]
                self.stderr += data
        except (OSError, ValueError):
            return


def framed(message: object) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def at(uri: str, line: int, character: int) -> Message:
    """A document and a position in it."""
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def journal(file: Path) -> list[Message]:
    """The events so far; a line that is still being written is left out."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines]


def wait_for_event(file: Path, wanted: Callable[[Message], bool], what: str, timeout: float = PATIENCE) -> Message:
    """The first journal event that is wanted."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        for event in journal(file):
            if wanted(event):
                return event
        time.sleep(0.02)
    raise AssertionError(f"no {what} in the journal after {timeout} s: {journal(file)[-5:]}")
