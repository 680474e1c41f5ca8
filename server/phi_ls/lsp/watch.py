"""Ends the server when its editor is gone, even if something else holds the pipe open."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_SECONDS = 3.0

_log = logging.getLogger(__name__)


async def watch(process_id: int, gone: Callable[[], None], *, every: float = EVERY_SECONDS) -> None:
    """Call `gone` once when the process is gone; a process that cannot be seen from here is not watched.

    An editor outside of the server's container names a process id that means nothing inside.
    """
    try:
        process = psutil.Process(process_id)
    except psutil.Error:
        _log.info("the editor's process %d cannot be seen from here; it is not watched", process_id)
        return
    while _is_alive(process):  # noqa: ASYNC110 - nothing signals the end of a process that is no child of ours
        await asyncio.sleep(every)
    _log.warning("the editor's process %d is gone", process_id)
    gone()


def _is_alive(process: psutil.Process) -> bool:
    """Whether it is the same process still, and not merely waiting to be reaped."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:  # it may be there and hidden from us
        return True
