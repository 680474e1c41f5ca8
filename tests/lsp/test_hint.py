"""Somebody types for long and is shown nothing, since the model is withheld: they are told once what to do."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from lsp.session import Session
from phi_ls.features.assistant import Assistant
from phi_ls.features.calibration import Calibration, Calibrations
from phi_ls.features.unasked import PAUSE_SECONDS, SILENT_SECONDS, Silence
from phi_ls.lsp.hint import SHORT, SHORT_BY_HAND

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from phi_ls.settings import Settings

URI = "untitled:new.py"
GHOST: dict[str, Any] = {"textDocument": {"inlineCompletion": {}}}
EXTENSION = {**GHOST, "experimental": {"phi": {"status": True}}}
WORK = "the hint after a silence"
NEVER = Calibration(1.0, 200, ())
ASK, SET = "ask for a suggestion by hand", 'set phi.inlineCompletion.unasked to "model" to see it'


def patient(settings: Settings) -> Assistant:
    """An assistant with a model that was measured to be too weak; a minute is over in a moment."""
    assistant = Assistant(settings)
    assistant.calibrations = Calibrations({"scripted scripted": NEVER})
    assistant.silence = Silence(seconds=0.001)
    return assistant


@asynccontextmanager
async def typing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, Any], **settings: Any
) -> AsyncGenerator[Session, None]:
    """A session of a loaded server, with a new file."""
    (folder / "script.json").write_text(json.dumps({"default": "text"}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(folder / "script.json"))
    monkeypatch.setenv("PHI_LS_HOME", str(folder / "home"))
    session = Session(patient)
    options = {"backend": "scripted", "inlineCompletion": {"debounceMs": 0, **settings}}
    await session.initialize(capabilities, initializationOptions=options)
    session.notify("initialized", {})
    assistant = await session.server.started()
    assert assistant is not None
    await assistant.supervisor.client()
    session.open(URI, "x = \n")
    try:
        yield session
    finally:
        await session.server.close()


async def press(session: Session, keys: int = 3, *, kind: int = 2) -> list[str]:
    """Ask as an editor does at each key, or as a person by hand; what is shown."""
    place = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 4}}
    shown = []
    for _ in range(keys):
        answer = await session.result("textDocument/inlineCompletion", {**place, "context": {"triggerKind": kind}})
        shown += [item["insertText"] for item in answer["items"]]
        await asyncio.sleep(0.002)
    return shown


async def told(session: Session) -> tuple[list[str], list[str]]:
    """The messages and the hints of statuses that were sent, once there is nothing left to do."""
    async with asyncio.timeout(30):
        while any(task.get_name() == WORK for task in asyncio.all_tasks()):  # noqa: ASYNC110 - nothing tells of its end
            await asyncio.sleep(0.005)
    of = [(message.get("method"), message.get("params")) for message in session.sent]
    hints = [params["hint"] for method, params in of if method == "phi/status" and params["hint"]]
    return [params["message"] for method, params in of if method == "window/showMessage"], list(dict.fromkeys(hints))


@pytest.mark.e2e
async def test_an_editor_with_a_status_item_gets_the_hint_with_its_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "phi_ls")
    async with typing(tmp_path, monkeypatch, EXTENSION) as session:
        assert await press(session) == []
        messages, (hint,) = await told(session)
    assert messages == []
    assert hint.startswith(
        "Nothing was suggested while you typed: what scripted writes is too often wrong to be shown unasked. "
        f"You can {ASK}"
    )
    assert hint in caplog.messages


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("capabilities", "message", "way"),
    [pytest.param(GHOST, SHORT_BY_HAND, ASK, id="ghost-text"), pytest.param({}, SHORT, SET, id="popup-only")],
)
async def test_other_editors_get_one_short_line_and_the_rest_in_the_log(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capabilities: dict[str, Any],
    message: str,
    way: str,
) -> None:
    caplog.set_level(logging.INFO, "phi_ls")
    async with typing(tmp_path, monkeypatch, capabilities) as session:
        await press(session)
        assert await told(session) == ([message], [])
    assert [way in line for line in caplog.messages if line.startswith("Nothing was suggested")] == [True]


@pytest.mark.e2e
async def test_the_hint_is_given_once_on_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []
    for _ in range(2):
        async with typing(tmp_path, monkeypatch, GHOST) as session:
            await press(session, 6)
            given.append((await told(session))[0])
    assert given == [[SHORT_BY_HAND], []]


@pytest.mark.e2e
@pytest.mark.parametrize("chosen", [{"unasked": "lookup"}, {"enable": False}], ids=["lookup-alone", "nothing"])
async def test_who_has_chosen_to_be_shown_less_needs_no_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: dict[str, Any]
) -> None:
    async with typing(tmp_path, monkeypatch, EXTENSION, **chosen) as session:
        await press(session)
        assert await told(session) == ([], [])


@pytest.mark.e2e
async def test_who_has_asked_by_hand_needs_no_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with typing(tmp_path, monkeypatch, EXTENSION) as session:
        assert await press(session, 1, kind=1) == ["text"]
        await press(session)
        assert await told(session) == ([], [])


@pytest.mark.parametrize(
    ("keys", "long"),
    [
        pytest.param([n * 0.5 for n in range(121)], True, id="a-minute"),
        pytest.param([n * 0.5 for n in range(120)], False, id="not-yet"),
        pytest.param([n * (PAUSE_SECONDS + 1) for n in range(50)], False, id="a-key-now-and-then"),
        pytest.param([*range(41), *range(1000, 1021)], True, id="with-a-pause"),
        pytest.param([0.0], False, id="one-key"),
    ],
)
def test_a_silence_is_a_minute_of_typing_without_the_pauses(keys: list[float], long: bool) -> None:
    assert SILENT_SECONDS == 60
    silence = Silence()
    for key in keys:
        silence.key(key)
    assert silence.long is long
    silence.end()
    assert not silence.long
