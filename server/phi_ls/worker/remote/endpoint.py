"""HTTP to one address: whether it is there, and one streamed answer. Standard library only.

A stream is ended by closing its connection, which OpenAI-compatible servers take as "stop computing".
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phi_ls.errors import GenerationFailed, LoadFailed, PromptTooLong

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

KEY = "PHI_LS_REMOTE_KEY"
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 60.0
"""A server that sends nothing for so long has hung, or computes a prompt that nobody waits for any more."""
_SAID_CHARACTERS = 200


class Endpoint:
    """An address such as `http://host:8000/v1`. Raises `LoadFailed` for what is no address.

    A server that sends nothing for `silence_seconds` is given up.
    """

    def __init__(self, url: str, *, silence_seconds: float = SILENCE_SECONDS) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise LoadFailed(f"phi.remote.url: wanted an address such as http://host:8000/v1, found {url!r}")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._key = _key(url)
        self._silence_seconds = silence_seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._stopped = False
        self.name = parts.netloc.rpartition("@")[2]
        self.is_llama = False
        """It is a llama-server; known once its `models` were asked for."""

    def models(self) -> list[str]:
        """The models that it serves. Raises `LoadFailed` when it is not there or refuses the key."""
        try:
            connection = self._connection(CONNECT_SECONDS)
            connection.request("GET", f"{self._path}/models", headers=self._headers())
            response = connection.getresponse()
            body = response.read(1 << 20)
        except (OSError, http.client.HTTPException) as error:
            raise LoadFailed(f"remote {self.name} is not there: {_said(error)}") from error
        finally:
            with contextlib.suppress(UnboundLocalError):
                connection.close()
        if response.status != 200:
            raise LoadFailed(f"remote {self.name} {self._refusal(response.status, body)}")
        try:
            models = json.loads(body)["data"]
            self.is_llama = any(model.get("owned_by") == "llamacpp" for model in models)
            return [str(model["id"]) for model in models]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LoadFailed(f"remote {self.name} speaks something else than the OpenAI protocol") from error

    def ready(self) -> None:
        """A new answer is about to be asked for; a `stop` from here on ends it."""
        with self._lock:
            self._stopped = False

    def stream(self, path: str, request: dict[str, Any], *, room: int) -> Generator[dict[str, Any], None, None]:
        """The events of one answer. Raises `GenerationFailed` or `PromptTooLong`; ends early after `stop`."""
        connection = self._connection(CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(self._silence_seconds)
            with self._lock:
                # Kept here: the connection forgets its socket as soon as the server says that it will close it.
                self._socket = connection.sock
                if self._stopped:
                    return
            connection.request("POST", f"{self._path}/{path}", json.dumps(request), self._headers())
            response = connection.getresponse()
            if response.status != 200:
                self._raise(response.status, response.read(1 << 16), room)
            yield from self._events(response)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # A connection that was closed under the reader's feet raises all kinds of things.
            if not self._stopped:
                raise GenerationFailed(f"remote {self.name}: {_said(error)}") from error
        finally:
            with self._lock:
                self._socket = None
            connection.close()

    def stop(self) -> None:
        """End the running stream by closing its connection; for any thread."""
        with self._lock:
            self._stopped = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _events(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
        for line in response:
            name, _, value = line.decode("utf-8", "replace").partition(":")
            if name != "data":
                continue
            if value.strip() == "[DONE]":
                return
            event = json.loads(value)
            if isinstance(event, dict):
                yield event

    def _connection(self, seconds: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        return kind(self._host, self._port, timeout=seconds)

    def _headers(self) -> dict[str, str]:
        plain = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        return {**plain, "Authorization": f"Bearer {self._key}"} if self._key else plain

    def _raise(self, status: int, body: bytes, room: int) -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            error = json.loads(body)["error"]
            if error.get("type") == "exceed_context_size_error":
                raise PromptTooLong(int(error["n_prompt_tokens"]), max(0, int(error["n_ctx"]) - room))
        raise GenerationFailed(f"remote {self.name} {self._refusal(status, body)}")

    def _refusal(self, status: int, body: bytes) -> str:
        if status in (401, 403):
            return f"refuses the key ({status}); set {KEY}, or keep the key in the keyring as phi-ls"
        if 300 <= status < 400:
            return f"answers with a redirect ({status}), which is not followed; set phi.remote.url to its goal"
        said = " ".join(body.decode("utf-8", "replace").split())[:_SAID_CHARACTERS]
        return f"answers {status}: {said}"


def _key(url: str) -> str:
    """The key of the environment, else that of the operating system's keyring where one can be asked."""
    if key := os.environ.get(KEY):
        return key
    try:
        import keyring
    except ImportError:
        return ""
    try:
        return keyring.get_password("phi-ls", url) or ""
    except keyring.errors.KeyringError:
        return ""


def _said(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it does not answer"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
