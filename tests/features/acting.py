"""What tests of actions share: an assistant on the scripted engine, a function to work on, what comes out."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from marked import marked
from phi_ls.features.actions import Edited, Result, run
from phi_ls.features.assistant import Assistant
from phi_ls.features.trust import applied
from phi_ls.journal import Journal
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    import pytest

    from phi_ls.text import Source


@asynccontextmanager
async def playing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *answers: str, settings: dict[str, Any] | None = None, **script: Any
) -> AsyncGenerator[Assistant, None]:
    """An assistant whose model gives the first answer, then the second one when it is told what was wrong."""
    rules = [{"when": "That cannot be used", "text": answers[-1]}]
    (folder / "script.json").write_text(json.dumps({"rules": rules, "default": answers[0], **script}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(folder / "script.json"))
    resolved, problems = resolve([{"backend": "scripted"}, settings or {}])
    assert problems == []
    assistant = Assistant(resolved, Journal(str(folder / "journal")))
    await assistant.start()
    try:
        yield assistant
    finally:
        await assistant.close()
        assistant.journal.close()


CODE = marked(
    "def to$0tal(items, start=0):\n    # all of them\n    for item in items:\n        start += item\n    return start\n"
)


async def act(assistant: Assistant, action: str, source: Source | None = None, **more: Any) -> Result:
    return await run(assistant, action, source or CODE.source(), CODE.selection, lambda _text: None, **more)


def text_after(result: Result) -> str:
    assert isinstance(result, Edited), result
    return applied(result.source, result.edits).text
