"""An assistant whose model plays a script, asked as an editor asks it."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from marked import marked
from phi_ls.features.assistant import Assistant
from phi_ls.features.inline_completion import Offer, Trigger, complete
from phi_ls.journal import Journal
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    import pytest

BOUND = 30.0


@asynccontextmanager
async def playing(folder: Path, monkeypatch: pytest.MonkeyPatch, **script: Any) -> AsyncGenerator[Assistant, None]:
    """A loaded assistant on the mains that works ahead; its journal is the file `journal` in `folder`."""
    file = folder / "script.json"
    file.write_text(json.dumps(script))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(file))
    settings, _ = resolve([{"backend": "scripted", "inlineCompletion": {"debounceMs": 0}}])
    assistant = Assistant(settings, Journal(str(folder / "journal"), with_text=True))
    assistant.eager = True
    assistant.mains = lambda: True
    await assistant.start()
    await assistant.supervisor.client()
    try:
        yield assistant
    finally:
        await assistant.close()
        assistant.journal.close()


async def ask(assistant: Assistant, text: str, uri: str = "file:///project/sample.py") -> Offer:
    """What is offered at the mark while somebody types."""
    m = marked(text)
    offer = complete(assistant, m.source(uri=uri), m.cursor, trigger=Trigger.AUTOMATIC)
    return await asyncio.wait_for(offer, BOUND)


def events(folder: Path, event: str, **fields: object) -> list[dict[str, Any]]:
    """The events of the journal that have these fields."""
    found = [json.loads(line) for line in (folder / "journal").read_text().splitlines()]
    return [
        one for one in found if one["event"] == event and all(one.get(name) == value for name, value in fields.items())
    ]


async def until(seen: Callable[[], object]) -> None:
    """Wait until something is seen."""
    async with asyncio.timeout(BOUND):
        while not seen():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.01)
