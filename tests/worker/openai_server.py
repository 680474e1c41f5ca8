"""A small OpenAI-compatible server on the loopback interface, and what can go wrong with one."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class OpenAi:
    """What the server says and what it was asked."""

    answer: str = "return a + b"
    key: str = ""
    token_seconds: float = 0.0
    context: int = 0
    """Characters that a prompt may have; 0: any number."""
    echoes: bool = False
    """A chat server that begins its answer with what the prompt had begun."""
    redirect: str = ""
    breaks_after: int = 0
    port: int = 0
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: int = 0
    left: threading.Event = field(default_factory=threading.Event)
    """Somebody closed the connection before the answer ended."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ClassVar[OpenAi]

    def do_GET(self) -> None:
        if self._refused():
            return
        self._json(200, {"data": [{"id": "phi-3-mini"}, {"id": "other"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.state.asked.append((self.path, body))
        if self._refused():
            return
        prompt = body.get("prompt") or json.dumps(body.get("messages"))
        if self.state.context and len(prompt) > self.state.context:
            error = {"type": "exceed_context_size_error", "n_prompt_tokens": len(prompt), "n_ctx": self.state.context}
            self._json(400, {"error": error})
            return
        self._stream(body)

    def _refused(self) -> bool:
        if self.state.redirect:
            self.send_response(302)
            self.send_header("Location", self.state.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return True
        if self.state.key and self.headers.get("Authorization") != f"Bearer {self.state.key}":
            self._json(401, {"error": {"message": "Invalid API Key"}})
            return True
        return False

    def _stream(self, body: dict[str, Any]) -> None:
        chat = "messages" in body
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        answer = (body["messages"][-1]["content"] if chat and self.state.echoes else "") + self.state.answer
        tokens = [answer[at : at + 4] for at in range(0, len(answer), 4)][: body["max_tokens"]]
        try:
            for number, token in enumerate(tokens):
                if self.state.breaks_after and number >= self.state.breaks_after:
                    self.connection.close()
                    return
                part = {"delta": {"content": token}} if chat else {"text": token}
                self._event({"choices": [{**part, "finish_reason": None}]})
                self.state.sent += 1
                time.sleep(self.state.token_seconds)
            ended = "length" if len(tokens) == body["max_tokens"] else "stop"
            self._event({"choices": [{"finish_reason": ended}]})
            usage = {
                "prompt_tokens": 12,
                "completion_tokens": len(tokens),
                "prompt_tokens_details": {"cached_tokens": 5},
            }
            self._event({"choices": [], "usage": usage})
            self._chunk(b"data: [DONE]\n\n")
            self._chunk(b"")
        except OSError:
            self.state.left.set()
            self.close_connection = True

    def _event(self, event: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(event)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _json(self, code: int, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def openai_server(state: OpenAi) -> Iterator[OpenAi]:
    """Serve until the block ends; the same state can be served again at the same port."""
    server = _Server(("127.0.0.1", state.port), type("Handler", (_Handler,), {"state": state}))
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
