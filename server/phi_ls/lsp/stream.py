"""An answer that can be read while it is written: brought to the editor, or under an address that it follows."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from phi_ls.lsp.show import named, open_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phi_ls.features.actions import Opening
    from phi_ls.lsp.server import PhiLanguageServer

MORE = "*…*"
"""Stands at the end while there is more to come."""
APART_SECONDS = 0.2
"""Between two refreshes: an editor reads the whole text anew each time."""
REFRESH_SECONDS = 5.0
FINAL_REFRESHES = 8

_log = logging.getLogger(__name__)


class Growing:
    """One answer under one address. It is opened with its first words, and refreshed as more of them come.

    `code` is the place that it is about, for editors that lead back to it.
    """

    def __init__(self, ls: PhiLanguageServer, kind: str, opening: Opening, code: Mapping[str, object]) -> None:
        self._ls = ls
        self._kind, self._opening, self._code = kind, opening, code
        self.uri = ""
        self._text = ""
        self._next = 0.0
        self._pending: asyncio.TimerHandle | None = None
        self._refreshing = False

    @property
    def is_open(self) -> bool:
        """Whether the editor was asked to show it."""
        return bool(self.uri)

    def show(self, text: str) -> None:
        """Show what there is so far; does nothing for an editor that cannot follow."""
        if not text.strip() or not self._ls.client.follows_answers:
            return
        self._keep(f"{self._opening.heading}{text}\n\n{MORE}\n")
        loop = asyncio.get_running_loop()
        if self._pending is None:
            self._pending = loop.call_at(max(self._next, loop.time()), self._flush)

    def end(self, markdown: str) -> None:
        """The whole answer."""
        self._keep(markdown)
        self._stop()
        if self._ls.client.streams_answers:
            self._bring()
        else:
            self._ls.spawn(self._finish(), "the refresh of an answer")

    def leave(self) -> None:
        """It was cancelled or failed: what had come stays readable, and says so."""
        if self.is_open:
            self.end(self._text.removesuffix(f"{MORE}\n") + "*It was stopped here.*\n")
        self._stop()

    def _keep(self, markdown: str) -> None:
        self._text = markdown
        if self.uri:
            self._ls.answers.replace(self.uri, markdown)
            return
        self.uri = self._ls.answers.keep(self._kind, named(self._opening.title), markdown)
        if not self._ls.client.streams_answers:
            self._ls.spawn(open_address(self._ls, self.uri), "the opening of an answer")

    def _flush(self) -> None:
        self._pending = None
        self._next = asyncio.get_running_loop().time() + APART_SECONDS
        if self._ls.client.streams_answers:
            self._bring()
        elif not self._refreshing:
            self._ls.spawn(self._refresh(), "the refresh of an answer")

    def _bring(self) -> None:
        params = {"uri": self.uri, "title": self._opening.title, "markdown": self._text, **self._code}
        self._ls.protocol.notify("phi/answer", params)

    def _stop(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None

    async def _finish(self) -> None:
        """Refresh until the whole text was read: editors lose a refresh of an address that they are still opening."""
        for number in range(FINAL_REFRESHES):
            if not self.uri or self._ls.answers.was_read(self.uri):
                return
            await self._refresh()
            await asyncio.sleep(APART_SECONDS * (number + 1))

    async def _refresh(self) -> None:
        if not self.uri or not self._ls.client.text_document_content:
            return
        self._refreshing = True
        params = types.TextDocumentContentRefreshParams(uri=self.uri)
        try:
            await asyncio.wait_for(self._ls.workspace_text_document_content_refresh_async(params), REFRESH_SECONDS)
        except (TimeoutError, JsonRpcException) as error:
            _log.info("the client did not refresh an answer (%s)", type(error).__name__)
        finally:
            self._refreshing = False
