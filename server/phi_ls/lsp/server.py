"""The state of one session with one editor, and what its handlers share.

The assistant is there once the client has said its settings; what is asked before that waits a moment for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeAlias

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from phi_ls import __version__
from phi_ls.features.ahead import Ahead
from phi_ls.lsp import logs
from phi_ls.lsp.answers import SCHEME, Answers
from phi_ls.lsp.configuration import Configuration
from phi_ls.lsp.documents import Documents
from phi_ls.lsp.handlers import COMMANDS, FEATURES
from phi_ls.lsp.handlers.notebooks import SYNC
from phi_ls.lsp.notebooks import Notebooks
from phi_ls.lsp.progress import Progress
from phi_ls.lsp.protocol import PhiProtocol
from phi_ls.settings import Settings

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.client import Client
    from phi_ls.lsp.units import Encoding
    from phi_ls.text import Source

START_SECONDS = 10.0
"""How long a request may wait for the assistant: the client may be slow to say its settings, the probes too."""

AssistantFactory: TypeAlias = Callable[[Settings], "Assistant"]

_log = logging.getLogger(__name__)


class PhiLanguageServer(LanguageServer):
    """One session. Everything runs on one event loop; no handler blocks it."""

    protocol: PhiProtocol

    def __init__(self, make_assistant: AssistantFactory) -> None:
        super().__init__(
            name="phi-ls",
            version=__version__,
            protocol_cls=PhiProtocol,
            converter_factory=default_converter,
        )
        self.make_assistant = make_assistant
        self.assistant: Assistant | None = None
        self.ahead: Ahead | None = None
        self._root = ""
        self._started = asyncio.Event()
        self.documents = Documents("utf-16")
        self.notebooks = Notebooks(self.documents)
        self.configuration = Configuration()
        self.answers = Answers(first=time.time_ns() // 1_000_000)
        self.works = Progress(self)
        self.starting = asyncio.Lock()
        """Held while the assistant is configured or restarted: one at a time."""
        self._end: Callable[[], None] = _nothing
        self._tasks: set[asyncio.Task[None]] = set()
        for method, (handler, options) in FEATURES.items():
            self.feature(method, options)(_bound(handler, self))

    def _open_sources(self) -> tuple[Source, ...]:
        alone = [document for document in self.documents if not self.notebooks.holds(document.uri)]
        sources = [document.snapshot() for document in alone if not document.too_large]
        return (*sources, *(page.source for page in self.notebooks.pages()))

    def _newest(self, uri: str) -> Source | None:
        document, page = self.documents.get(uri), self.notebooks.page_at(uri)
        if document is not None:
            return document.snapshot()
        return page.source if page is not None else None

    @property
    def client(self) -> Client:
        """What the client can do."""
        return self.protocol.client

    @property
    def encoding(self) -> Encoding:
        """How the client counts columns."""
        return self.protocol.encoding

    @property
    def folder(self) -> str:
        """The URI of the first folder that the client works in, "" when it said none."""
        return next(iter(self.workspace.folders), self._root)

    def begin(self, params: types.InitializeParams, capabilities: types.ServerCapabilities) -> None:
        """Set the session up for its client, and complete what it is told that this server can do."""
        self.documents = Documents(self.encoding)
        self.notebooks = Notebooks(self.documents)
        self.configuration = Configuration(params.initialization_options)
        self._root = "" if params.workspace_folders else params.root_uri or ""
        if self.client.inline_completion:
            capabilities.completion_provider = None
        capabilities.notebook_document_sync = SYNC if self.client.notebooks else None
        capabilities.execute_command_provider = types.ExecuteCommandOptions(
            commands=list(COMMANDS), work_done_progress=True
        )
        if capabilities.workspace is not None:
            capabilities.workspace.text_document_content = types.TextDocumentContentOptions(schemes=[SCHEME])
        capabilities.experimental = {"phi": {"status": True}}
        logs.show_in_client(self.window_log_message)
        _log.info("phi-ls %s serves %s, columns in %s", __version__, self.client.name or "a client", self.encoding)

    async def started(self) -> Assistant | None:
        """The assistant, waiting for one that is on its way; None when it does not come in `START_SECONDS`."""
        if self.assistant is not None:
            return self.assistant
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._started.wait(), START_SECONDS)
        return self.assistant

    def use(self, assistant: Assistant) -> None:
        """Ask this assistant from here on; it is started."""
        self.assistant = assistant
        assistant.newest = self._newest
        assistant.open_sources = self._open_sources
        assistant.eager = True
        self.ahead = Ahead(assistant)
        self.spawn(self.ahead.work(), "the explanations ahead")
        self._started.set()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run work in the background until it ends or the session does; a failure is logged."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._spawned_ended)

    def on_end(self, end: Callable[[], None]) -> None:
        """What ends the connection, for `end`."""
        self._end = end

    def end(self) -> None:
        """End the connection, as if the client had closed it."""
        self._end()

    async def close(self) -> None:
        """End the work in the background, and the assistant."""
        self.protocol.cancel_all()
        self.protocol.cancel_notifications()
        for task in list(self._tasks):
            task.cancel()
        if self.ahead is not None:
            await self.ahead.close()
        if self.assistant is not None:
            assistant, self.assistant = self.assistant, None
            await assistant.close()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log what pygls would show in a box."""
        _log.error("%s: %s", getattr(source, "__name__", source), type(error).__name__)

    def tell(self, message: str, kind: types.MessageType = types.MessageType.Info) -> None:
        """Show the user a message."""
        self.window_show_message(types.ShowMessageParams(type=kind, message=message))

    def _spawned_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if (failure := task.exception()) is not None:
                _log.error("%s failed", task.get_name(), exc_info=failure)


def _bound(handler: Callable[[PhiLanguageServer, Any], Any], ls: PhiLanguageServer) -> Callable[[Any], Any]:
    """The handler of one session, a coroutine function if it was one."""
    if asyncio.iscoroutinefunction(handler):

        async def answered(params: Any) -> Any:  # noqa: ANN401 - one type per method
            return await handler(ls, params)

        return answered
    return lambda params: handler(ls, params)


def _nothing() -> None:
    """No connection, nothing to end."""
