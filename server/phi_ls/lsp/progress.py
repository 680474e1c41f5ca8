"""Work-done progress that the user can cancel, on the client's token or on one of our own.

A token is known only while its work runs. Reports are at least `APART_SECONDS` apart; of those in between, the last
counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import re
from typing import TYPE_CHECKING, Protocol

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from phi_ls.lsp.server import PhiLanguageServer

APART_SECONDS = 0.08
CREATE_SECONDS = 1.0
"""How long a client may take to open a progress of ours; the work goes on without one."""
_SHOWN = 60
_BOLD = re.compile(r"(?<!\S)\*\*(?=\S)(.+?)(?<=\S)\*\*(?!\w)")
"""Words in bold; never the power of a number."""

_log = logging.getLogger(__name__)


class Report(Protocol):
    """Takes the last words of a growing text, and how much is done in percent where somebody knows it."""

    def __call__(self, text: str, percentage: int | None = None, /) -> None:
        """Show the text's end."""


class Progress:
    """The work that is under way for one client, by token."""

    def __init__(self, ls: PhiLanguageServer) -> None:
        self._ls = ls
        self._running: dict[int | str, Callable[[], object]] = {}
        self._numbers = itertools.count(1)

    def cancel(self, token: int | str) -> None:
        """Cancel the work of a token; unknown ones have ended."""
        if isinstance(token, int | str) and (cancel := self._running.get(token)) is not None:
            cancel()

    @contextlib.asynccontextmanager
    async def work(self, title: str, token: int | str | None, *, measured: bool = False) -> AsyncIterator[Report]:
        """Show `title` while the block runs; yields a function that shows the last words of a growing text.

        `measured` work tells percentages. The calling task is cancelled when the user cancels. A token of the client's
        that other work has already shows that other work alone.
        """
        task = asyncio.current_task()
        token = token if token is not None else await self._created()
        # lsprotocol lets everything be a token.
        if not isinstance(token, int | str) or task is None or token in self._running:
            yield _ignored
            return
        self._running[token] = task.cancel
        reports = _Reports(lambda report: self._send(token, report))
        # Clients pass percentages over where the beginning has none.
        percentage = 0 if measured else None
        self._send(token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=percentage))
        try:
            yield reports
        finally:
            reports.close()
            del self._running[token]
            self._send(token, types.WorkDoneProgressEnd())

    async def _created(self) -> str | None:
        """A token of our own, when the client can show it."""
        if not self._ls.client.work_done_progress:
            return None
        token = f"phi-ls-{next(self._numbers)}"
        params = types.WorkDoneProgressCreateParams(token=token)
        try:
            await asyncio.wait_for(self._ls.window_work_done_progress_create_async(params), CREATE_SECONDS)
        except (TimeoutError, JsonRpcException) as error:
            _log.info("the client opened no progress (%s)", type(error).__name__)
            return None
        return token

    def _send(
        self,
        token: int | str,
        value: types.WorkDoneProgressBegin | types.WorkDoneProgressReport | types.WorkDoneProgressEnd,
    ) -> None:
        self._ls.progress(types.ProgressParams(token=token, value=value))


class _Reports:
    """Passes reports on, not more often than every `APART_SECONDS`."""

    def __init__(self, send: Callable[[types.WorkDoneProgressReport], None]) -> None:
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time()
        self._text = ""
        self._percentage: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self, text: str, percentage: int | None = None, /) -> None:
        self._text, self._percentage = text, percentage
        if self._timer is None:
            self._timer = self._loop.call_at(max(self._next, self._loop.time()), self._flush)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _flush(self) -> None:
        self._timer = None
        self._next = self._loop.time() + APART_SECONDS
        self._send(types.WorkDoneProgressReport(message=_last_words(self._text), percentage=self._percentage))


def _last_words(text: str) -> str:
    """What fits in a line of progress, which editors show as plain text."""
    words = _BOLD.sub(r"\1", " ".join(text.replace("`", "").split()))
    return words if len(words) <= _SHOWN else "…" + words[-_SHOWN:]


def _ignored(_text: str, _percentage: int | None = None, /) -> None:
    """Shows nothing."""
