"""A model hub on the loopback interface: what huggingface_hub asks for, and the faults that networks have."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SMALL = 10_000
"""Files above are LFS files: the hub records their sha256."""


@dataclass
class HubState:
    """What the hub has, what goes wrong, and what it was asked."""

    files: dict[str, bytes]
    url: str = ""
    commit: str = COMMIT
    bytes_per_second: float = 0
    cut_after: int = 0
    """Each answer with a file ends after so many bytes; 0: none does."""
    refuse_after: int = 0
    """No file is sent any more after so many bytes in all; 0: they always are."""
    token: str = ""
    requests: list[str] = field(default_factory=list)
    sent: int = 0

    def sha256(self, path: str) -> str:
        return hashlib.sha256(self.files[path]).hexdigest()

    def downloads(self, path: str) -> list[str]:
        """The GET requests for a file, with their ranges."""
        return [line for line in self.requests if line.split()[:2] == ["GET", f"/cdn/{path}"]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: ClassVar[HubState]
    recorded: ClassVar[dict[str, tuple[int, str, str]]]

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        state = self.state
        path = unquote(urlsplit(self.path).path)
        state.requests.append(f"{self.command} {path} {self.headers.get('Range', '')}".strip())
        if state.token and self.headers.get("authorization") != f"Bearer {state.token}" and "/cdn/" not in path:
            self._send(401, b"{}", {"X-Error-Code": "GatedRepo"}, body=body)
        elif match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/(.+))?", path):
            self._send(200, json.dumps(self._model(match[1])).encode(), {}, body=body)
        elif re.fullmatch(r"/api/models/[^/]+/[^/]+/commits/.*", path):
            commit = {"id": state.commit, "title": "", "message": "", "date": "2026-01-01T00:00:00.000Z", "authors": []}
            self._send(200, json.dumps([commit]).encode(), {}, body=body)
        elif match := re.fullmatch(r"/[^/]+/[^/]+/resolve/([^/]+)/(.+)", path):
            self._resolve(match[2], body=body)
        elif match := re.fullmatch(r"/cdn/(.+)", path):
            self._file(match[1], body=body)
        else:
            self._send(404, b"{}", {}, body=body)

    def _model(self, name: str) -> dict[str, object]:
        siblings = []
        for path, (size, sha256, blob) in self.recorded.items():
            lfs = {"lfs": {"sha256": sha256, "size": size, "pointerSize": 130}} if size > SMALL else {}
            siblings.append({"rfilename": path, "size": size, "blobId": blob, **lfs})
        return {
            "id": name,
            "modelId": name,
            "sha": self.state.commit,
            "siblings": siblings,
            "tags": [],
            "private": False,
        }

    def _resolve(self, path: str, *, body: bool) -> None:
        if path not in self.state.files:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"}, body=body)
            return
        size, sha256, blob = self.recorded[path]
        headers = {
            "X-Repo-Commit": self.state.commit,
            "X-Linked-Size": str(size),
            "X-Linked-Etag": f'"{sha256 if size > SMALL else blob}"',
            "Location": f"{self.state.url}/cdn/{path}",
        }
        self._send(302, b"", headers, body=body)

    def _file(self, path: str, *, body: bool) -> None:
        data = self.state.files[path]
        if self.state.refuse_after and self.state.sent >= self.state.refuse_after:
            self.close_connection = True
            return
        start = int(match[1]) if (match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        self._send(206 if start else 200, data[start:], headers, body=body, slowly=True)

    def _send(self, code: int, data: bytes, headers: dict[str, str], *, body: bool, slowly: bool = False) -> None:
        self.send_response(code)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self._write(data, slowly=slowly)

    def _write(self, data: bytes, *, slowly: bool) -> None:
        limit = self.state.cut_after if slowly and self.state.cut_after else len(data)
        step = 16_384 if slowly and (self.state.bytes_per_second or self.state.refuse_after) else max(1, len(data))
        try:
            for at in range(0, min(limit, len(data)), step):
                piece = data[at : min(at + step, limit)]
                if slowly and self.state.refuse_after and self.state.sent >= self.state.refuse_after:
                    self.close_connection = True
                    return
                self.wfile.write(piece)
                self.wfile.flush()
                self.state.sent += len(piece) if slowly else 0
                if slowly and self.state.bytes_per_second:
                    time.sleep(len(piece) / self.state.bytes_per_second)
        except ConnectionError:
            pass
        if limit < len(data):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def hub(files: dict[str, bytes]) -> Iterator[HubState]:
    """A hub with `files` in every repository. What it records is true, what it sends need not be."""
    state = HubState(dict(files))
    recorded = {
        path: (
            len(data),
            hashlib.sha256(data).hexdigest(),
            hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest(),
        )
        for path, data in files.items()
    }
    handler = type("Handler", (_Handler,), {"state": state, "recorded": recorded})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def folder_files(folder: Path, below: str) -> dict[str, bytes]:
    """The files of a folder by the path that they have in a repository."""
    return {f"{below}/{file.name}": file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
