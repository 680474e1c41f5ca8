"""A real worker process that speaks wire messages, with a bound on every wait."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, TypeVar

from phi_ls.wire import Cancel, Chunk, Control, Done, Generate, Idle, Load, Loaded, Message, Text, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

PATIENCE_SECONDS = 30.0
COMMAND = (sys.executable, "-c", "from phi_ls.worker.main import run; raise SystemExit(run())")

Wanted = TypeVar("Wanted", bound=Message)


class WorkerProcess:
    """Started on entry, killed on exit. Every wait ends after `PATIENCE_SECONDS` with what did come."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)
        self._arrived: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.seen: list[Message] = []
        self.stderr = b""

    def __enter__(self) -> WorkerProcess:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, env=self._environment)
        self._readers = [threading.Thread(target=read) for read in (self._read_messages, self._read_stderr)]
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def send(self, *messages: Message) -> None:
        """Send messages in one write, so that they arrive together."""
        self.send_bytes(b"".join(map(encode, messages)))

    def send_bytes(self, data: bytes) -> None:
        """Send anything."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def expect(self, wanted: type[Wanted]) -> Wanted:
        """The next message of a type; those before it are in `seen`."""
        while True:
            try:
                line = self._arrived.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                raise AssertionError(f"no {wanted.__name__} came; seen: {self.seen}") from None
            if line is None:
                raise AssertionError(f"the pipe ended before {wanted.__name__}; stderr: {self.stderr.decode()}")
            message = decode(line)
            self.seen.append(message)
            if isinstance(message, wanted):
                return message

    def load(self, engine: str, model: object = "", *, context_tokens: int = 2047) -> Loaded:
        """Load a model and expect that it works."""
        self.send(Load(engine=engine, model=str(model), context_tokens=context_tokens, threads=1))
        return self.expect(Loaded)

    def answer(self, request: Generate) -> str:
        """The whole text that a generation gives; `done` keeps how it ended."""
        self.send(request)
        begin = len(self.seen)
        self.done = self.expect(Done)
        self.expect(Idle)
        chunks = [item for item in self.seen[begin:] if isinstance(item, Chunk)]
        return "".join(token.text for chunk in chunks for token in chunk.tokens())

    def cancel(self, id_: int) -> None:
        """Send a cancel."""
        self.send(Cancel(id=id_))

    def end_of_input(self) -> None:
        """Close the worker's stdin, as a server does that ends."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def wait(self, *, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit code. Raises `subprocess.TimeoutExpired`."""
        return self.process.wait(seconds)

    def said(self) -> str:
        """All of stderr, after the process has ended."""
        for reader in self._readers:
            reader.join()
        return self.stderr.decode()

    def _read_messages(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._arrived.put(line)
        self._arrived.put(None)

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        self.stderr = self.process.stderr.read()


def request(text: str, *, id_: int = 1, max_tokens: int = 32, stop: tuple[str, ...] = ()) -> Generate:
    """A generation in the plainest chat form."""
    parts = (Control("<|user|>"), Text("\n" + text), Control("<|end|>"), Text("\n"), Control("<|assistant|>"))
    return Generate(id=id_, parts=parts, max_tokens=max_tokens, stop=stop)
