"""The notification `phi/status`: what runs, for a status item. Clients that do not know it ignore it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.assistant import Status

PHI_STATUS = "phi/status"


class StatusReporter:
    """Sends each status that differs from the last one sent."""

    def __init__(self, notify: Callable[[str, Any], None]) -> None:
        self._notify = notify
        self._last: Status | None = None

    def __call__(self, status: Status) -> None:
        """Take a new status."""
        if status == self._last:
            return
        self._last = status
        self._notify(PHI_STATUS, asdict(status))
