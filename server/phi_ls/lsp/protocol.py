"""One answer to every request, whatever the client sends.

pygls supplies the message types, the capabilities and what the server sends of its own accord; the way of a message
from the client is here. Differences that clients can rely on: parameters that do not fit are answered -32602, a request
before `initialize` -32002, after `shutdown` -32600; an internal failure is answered -32603 without a word of the
exception, which may quote the user's code; nothing but a handler shows the user a box.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, lsp_method

from phi_ls.errors import PhiLsError
from phi_ls.lsp.client import Client, trusted
from phi_ls.lsp.frames import frame

if TYPE_CHECKING:
    from cattrs import Converter

    from phi_ls.lsp.server import PhiLanguageServer
    from phi_ls.lsp.units import Encoding
    from phi_ls.lsp.writer import Writer

MessageId: TypeAlias = int | str
Handler: TypeAlias = Callable[[Any], Any]

_WITHOUT_PARAMS = {types.INITIALIZED, types.SHUTDOWN, types.EXIT}
"""Clients disagree on what to send with these; nobody needs it."""

_log = logging.getLogger(__name__)


class RequestFailed(JsonRpcException):
    """The request was understood and could not be done; the message is for the user."""

    CODE = types.LSPErrorCodes.RequestFailed.value


class PhiProtocol(LanguageServerProtocol):
    """The protocol of one connection."""

    _server: PhiLanguageServer
    writer: Writer | None

    def __init__(self, server: PhiLanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.client = Client()
        self.initialized = False
        self.shut_down = False
        self.exited = False
        self._open: dict[MessageId, asyncio.Future[Any]] = {}
        self._notifications: set[asyncio.Future[Any]] = set()

    @property
    def encoding(self) -> Encoding:
        """How this client counts columns."""
        chosen = self._workspace.position_encoding if self._workspace is not None else None
        return types.PositionEncodingKind(chosen or types.PositionEncodingKind.Utf16).value

    # From the client.

    def receive(self, message: Any) -> None:  # noqa: ANN401 - whatever JSON the client sent
        """Handle one JSON value from the client."""
        match message:
            case {"jsonrpc": "2.0", "id": int() | str() as msg_id, "method": str() as method} if msg_id is not True:
                self._request(msg_id, method, message)
            case {"jsonrpc": "2.0", "method": str() as method} if "id" not in message:
                self._notification(method, message)
            case {"jsonrpc": "2.0", "id": int() | str() as msg_id} if "method" not in message:
                self._response(msg_id, message)
            case {"id": int() | str() as msg_id, "method": _}:
                self._refuse(msg_id, types.ErrorCodes.InvalidRequest, "wanted a JSON-RPC 2.0 request")
            case _:
                _log.warning("the client sent a %s that is no message", type(message).__name__)
                self._refuse(None, types.ErrorCodes.InvalidRequest, "wanted one JSON-RPC 2.0 message")

    def refuse_unreadable(self, what: str) -> None:
        """Answer bytes that are no JSON."""
        _log.warning("the client sent what is no JSON: %s", what)
        self._refuse(None, types.ErrorCodes.ParseError, "wanted JSON")

    def cancel_all(self) -> None:
        """Cancel every request of the client that is still open."""
        for future in list(self._open.values()):
            future.cancel()

    def cancel_notifications(self) -> None:
        """Cancel the handlers of notifications that still wait for something."""
        for future in list(self._notifications):
            future.cancel()

    def _request(self, msg_id: MessageId, method: str, message: dict[str, Any]) -> None:
        if msg_id in self._open:
            self._refuse(msg_id, types.ErrorCodes.InvalidRequest, "this id belongs to a request that is still open")
            return
        if self.shut_down or (self.initialized and method == types.INITIALIZE):
            state = "is shut down" if self.shut_down else "is initialized already"
            self._refuse(msg_id, types.ErrorCodes.InvalidRequest, f"phi-ls {state}")
            return
        if not self.initialized and method != types.INITIALIZE:
            self._refuse(msg_id, types.ErrorCodes.ServerNotInitialized, "phi-ls is not initialized yet")
            return
        handler = self._handler(method)
        if handler is None:
            self._refuse(msg_id, types.ErrorCodes.MethodNotFound, f"phi-ls has no method {method}")
            return
        try:
            params = self._params(method, message)
        except Exception as error:  # cattrs raises whatever a constructor raises
            _log.warning("the parameters of %s do not fit (%s)", method, type(error).__name__)
            self._refuse(msg_id, types.ErrorCodes.InvalidParams, f"the parameters of {method} do not fit")
            return
        self._execute(handler, params, partial(self._answer, msg_id, method), partial(self._open.__setitem__, msg_id))

    def _notification(self, method: str, message: dict[str, Any]) -> None:
        if method == types.EXIT:
            self.exited = True
            return
        if not self.initialized or self.shut_down:
            return
        if method == types.CANCEL_REQUEST:
            self._cancel(message.get("params"))
            return
        handler = self._handler(method)
        if handler is None:
            _log.debug("ignored notification %s", method)
            return
        try:
            params = self._params(method, message)
        except Exception as error:  # as for requests
            _log.warning("the parameters of %s do not fit (%s); it is ignored", method, type(error).__name__)
            return
        self._execute(handler, params, partial(self._note_failure, method), self._notifications.add)

    def _response(self, msg_id: MessageId, message: dict[str, Any]) -> None:
        future = self._request_futures.pop(msg_id, None)
        result_type = self._result_types.pop(msg_id, None)
        if future is None or future.done():
            _log.debug("ignored an answer that nobody waits for")
            return
        error = message.get("error")
        if error is not None:
            found = error if isinstance(error, dict) else {}
            future.set_exception(JsonRpcException(str(found.get("message", "")), found.get("code", 0)))
            return
        try:
            wanted = {**message, "result": message.get("result")}
            future.set_result(
                self._converter.structure(wanted, result_type).result if result_type else wanted["result"]
            )
        except Exception as problem:  # as for requests
            future.set_exception(JsonRpcInvalidParams(f"the client's answer does not fit ({type(problem).__name__})"))

    def _cancel(self, params: object) -> None:
        match params:
            case {"id": int() | str() as msg_id} if msg_id in self._open:
                self._open[msg_id].cancel()

    def _handler(self, method: str) -> Handler | None:
        handler: Handler | None = self.fm.features.get(method) or self.fm.builtin_features.get(method)
        return handler

    def _params(self, method: str, message: dict[str, Any]) -> Any:  # noqa: ANN401 - one type per method
        """The parameters as lsprotocol's type, or as plain JSON for methods of our own."""
        if method in _WITHOUT_PARAMS:
            return None
        message_type = self.get_message_type(method)
        if message_type is None:
            return message.get("params")
        if method == types.INITIALIZE:
            self.client = Client.of(message.get("params"))
            message = {**message, "params": trusted(message.get("params"))}
        return self._converter.structure(message, message_type).params

    def _execute(
        self,
        handler: Handler,
        params: object,
        done: Callable[[asyncio.Future[Any]], None],
        keep: Callable[[asyncio.Future[Any]], None],
    ) -> None:
        """Run a handler; `done` gets its future. One that waits is kept until then; others are done on return."""
        loop = asyncio.get_running_loop()
        if inspect.iscoroutinefunction(handler):
            task = loop.create_task(handler(params))
            keep(task)
            task.add_done_callback(done)
            return
        future: asyncio.Future[Any] = loop.create_future()
        try:
            result = handler(params)
            future.set_result(_driven(result) if inspect.isgenerator(result) else result)
        except Exception as error:  # the edge: it becomes the answer
            future.set_exception(error)
        done(future)

    # To the client.

    def _answer(self, msg_id: MessageId, method: str, future: asyncio.Future[Any]) -> None:
        self._open.pop(msg_id, None)
        if future.cancelled():
            self._refuse(msg_id, types.LSPErrorCodes.RequestCancelled, f"{method} was cancelled")
            return
        match future.exception():
            case None:
                self._send_result(msg_id, method, future.result())
            case JsonRpcException() as error:
                _log.info("%s was refused: %s", method, error.message)
                self._refuse(msg_id, error.code, error.message)
            case PhiLsError() as problem:
                _log.warning("%s failed: %s", method, problem)
                self._refuse(msg_id, types.LSPErrorCodes.RequestFailed, str(problem))
            case failure:
                _log.error("%s failed", method, exc_info=failure)
                self._refuse(
                    msg_id, types.ErrorCodes.InternalError, f"{method} failed inside phi-ls; its log says where"
                )

    def _send_result(self, msg_id: MessageId, method: str, result: object) -> None:
        try:
            self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})
        except Exception:  # lsprotocol objects are checked only here
            _log.exception("the result of %s cannot be sent", method)
            self._refuse(msg_id, types.ErrorCodes.InternalError, f"{method} failed inside phi-ls; its log says where")

    def _refuse(
        self, msg_id: MessageId | None, code: types.ErrorCodes | types.LSPErrorCodes | int, message: str
    ) -> None:
        error = {"code": int(code), "message": message}
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": error})

    def _note_failure(self, method: str, future: asyncio.Future[Any]) -> None:
        self._notifications.discard(future)
        if not future.cancelled() and (failure := future.exception()) is not None:
            _log.error("notification %s failed", method, exc_info=failure)

    def _send_data(self, data: Any) -> None:  # noqa: ANN401 - pygls' signature
        """Send one message; raises what the conversion to JSON raises, and nothing after it."""
        body = json.dumps(data, default=self._serialize_message).encode("ascii")
        if self.writer is not None:
            self.writer.write(frame(body), droppable=_is_droppable(data))

    # Built-in methods.

    @lsp_method(types.INITIALIZE)
    def lsp_initialize(self, params: types.InitializeParams) -> Generator[Any, Any, types.InitializeResult]:
        """Answer with what this server can do for this client."""
        result = yield from super().lsp_initialize(params)
        self.initialized = True
        self._server.begin(params, result.capabilities)
        return result

    @lsp_method(types.SHUTDOWN)
    def lsp_shutdown(self, *_args: object) -> None:  # type: ignore[override]
        """Drop what is open; the connection ends with `exit`."""
        self.shut_down = True
        self.cancel_all()


def _driven(generator: Generator[Any, Any, Any]) -> Any:  # noqa: ANN401
    """The result of a built-in handler of pygls; it would yield only to a handler registered beside it."""
    try:
        next(generator)
    except StopIteration as stop:
        return stop.value
    raise RuntimeError("a built-in handler waits for another one")


def _is_droppable(data: object) -> bool:
    """Whether a client that does not read may miss this message: reports on the way, never an end or an answer."""
    match getattr(data, "method", None):
        case types.WINDOW_LOG_MESSAGE | types.LOG_TRACE:
            return True
        case types.PROGRESS:
            value = data.params.value  # type: ignore[attr-defined]
            return getattr(value, "kind", None) == "report"
    return False
