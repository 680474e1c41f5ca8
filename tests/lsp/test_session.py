"""What surrounds the handlers: progress, status, the log, the watch on the editor, kept answers."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from lsp.session import Session
from phi_ls import paths
from phi_ls.errors import UsageError
from phi_ls.features.assistant import Assistant, Status
from phi_ls.lsp import logs
from phi_ls.lsp.answers import KEPT, Answers
from phi_ls.lsp.handlers import lifecycle
from phi_ls.lsp.progress import APART_SECONDS
from phi_ls.lsp.status import StatusReporter
from phi_ls.lsp.watch import watch
from phi_ls.settings import LogLevel, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CAN_SHOW_PROGRESS = {"window": {"workDoneProgress": True}}


def shown(session: Session) -> list[dict[str, Any]]:
    return [m["params"]["value"] for m in session.sent if m.get("method") == "$/progress"]


async def progress_of(text: str) -> list[dict[str, Any]]:
    """What a client sees of a work on its token that reports `text` and ends."""
    session = Session()
    await session.initialize()
    async with session.server.works.work("phi-ls: explain", "token") as report:
        report(text)
        await asyncio.sleep(APART_SECONDS / 2)
    return shown(session)


async def test_progress_on_the_token_of_the_client_begins_reports_and_ends() -> None:
    assert await progress_of("It adds\ntwo numbers") == [
        {"kind": "begin", "title": "phi-ls: explain", "cancellable": True},
        {"kind": "report", "message": "It adds two numbers"},
        {"kind": "end"},
    ]


async def test_a_report_is_plain_text_of_what_a_model_writes_in_markdown() -> None:
    progress = await progress_of("`area` squares the **radius**, as `radius**2`; **kwargs, 2 ** n")
    (message,) = [value["message"] for value in progress if value["kind"] == "report"]
    assert message == "area squares the radius, as radius**2; **kwargs, 2 ** n"


async def test_reports_come_apart_and_the_last_words_win() -> None:
    session = Session()
    await session.initialize()
    async with session.server.works.work("work", 7) as report:
        for number in range(40):
            report(f"word{number}")
            await asyncio.sleep(APART_SECONDS / 10)
        await asyncio.sleep(APART_SECONDS * 1.5)
    reports = [value["message"] for value in shown(session) if value["kind"] == "report"]
    assert reports[-1] == "word39"
    assert 2 <= len(reports) <= 8


async def test_a_token_of_our_own_is_made_where_the_client_can_show_it() -> None:
    session = Session()
    await session.initialize(CAN_SHOW_PROGRESS)

    async def work() -> None:
        async with session.server.works.work("work", None):
            pass

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    (create,) = [m for m in session.sent if m.get("method") == "window/workDoneProgress/create"]
    session.send({"jsonrpc": "2.0", "id": create["id"], "result": None})
    await task
    assert create["params"] == {"token": "phi-ls-1"}
    assert [value["kind"] for value in shown(session)] == ["begin", "end"]


@pytest.mark.parametrize("capabilities", [{}, CAN_SHOW_PROGRESS], ids=["cannot", "refuses"])
async def test_work_goes_on_where_no_progress_can_be_shown(capabilities: dict[str, Any]) -> None:
    session = Session()
    await session.initialize(capabilities)

    async def work() -> str:
        async with session.server.works.work("work", None) as report:
            report("so far")
            return "done"

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    for create in [m for m in session.sent if m.get("method") == "window/workDoneProgress/create"]:
        session.send({"jsonrpc": "2.0", "id": create["id"], "error": {"code": -32601, "message": "no"}})
    assert await asyncio.wait_for(task, 5) == "done"
    assert shown(session) == []


async def test_a_user_who_cancels_the_progress_cancels_the_work_and_the_token_is_forgotten() -> None:
    session = Session()
    await session.initialize()

    async def work() -> None:
        async with session.server.works.work("work", "t"):
            await asyncio.sleep(30)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    session.notify("window/workDoneProgress/cancel", {"token": "t"})
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)
    assert [value["kind"] for value in shown(session)] == ["begin", "end"]


async def test_a_token_means_nothing_once_its_work_has_ended() -> None:
    session = Session()
    await session.initialize()
    ended = asyncio.Event()

    async def work_and_go_on() -> str:
        async with session.server.works.work("work", "t"):
            pass
        ended.set()
        await asyncio.sleep(0.02)
        return "went on"

    task = asyncio.create_task(work_and_go_on())
    await ended.wait()
    session.notify("window/workDoneProgress/cancel", {"token": "t"})
    assert await task == "went on"


async def test_work_on_a_token_that_is_in_use_is_done_and_shows_nothing() -> None:
    session = Session()
    await session.initialize()
    async with session.server.works.work("first", "t"):
        async with session.server.works.work("second", "t"):
            pass
        assert [value["kind"] for value in shown(session)] == ["begin"]
    assert [value["kind"] for value in shown(session)] == ["begin", "end"]


async def test_what_is_no_token_shows_nothing_and_cancels_nothing() -> None:
    session = Session()
    await session.initialize()
    session.notify("window/workDoneProgress/cancel", {"token": [1]})
    assert (await session.ask("workspace/executeCommand", {"command": "nope", "workDoneToken": [1]}))["error"]
    odd: Any = [1]
    async with session.server.works.work("work", odd):
        pass
    assert shown(session) == []


class Slow(Assistant):
    """An assistant that takes its time over settings, and notes when it began and ended."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.notes: list[str] = []

    async def start(self) -> None:
        """Nothing is started."""

    async def configure(self, settings: Settings) -> None:
        self.notes.append(f"began {settings.threads}")
        await asyncio.sleep(0.01)
        self.notes.append(f"ended {settings.threads}")


async def test_settings_that_come_fast_are_applied_one_after_the_other() -> None:
    session = Session(Slow)
    await session.initialize()
    session.notify("initialized", {})
    assistant = await session.server.started()
    assert isinstance(assistant, Slow)
    for threads in (1, 2):
        session.notify("workspace/didChangeConfiguration", {"settings": {"phi": {"threads": threads}}})
        await asyncio.sleep(0)
    for _ in range(200):
        if len(assistant.notes) == 4:
            break
        await asyncio.sleep(0.01)
    began, ended = assistant.notes[::2], assistant.notes[1::2]
    assert [note.split()[0] for note in began + ended] == ["began", "began", "ended", "ended"]
    assert assistant.notes[-1] == "ended 2"


class Late(Slow):
    """An assistant that takes its time to start."""

    async def start(self) -> None:
        await asyncio.sleep(0.05)


async def test_settings_that_come_while_the_assistant_starts_count_when_it_has_started() -> None:
    session = Session(Late)
    await session.initialize()
    session.notify("initialized", {})
    await asyncio.sleep(0.01)
    assert session.server.assistant is None
    session.notify("workspace/didChangeConfiguration", {"settings": {"phi": {"threads": 3}}})
    assistant = await session.server.started()
    assert isinstance(assistant, Late)
    for _ in range(200):
        if len(assistant.notes) == 2:
            break
        await asyncio.sleep(0.01)
    assert assistant.notes == ["began 3", "ended 3"]


@pytest.mark.parametrize(
    ("meanwhile", "threads"),
    [pytest.param(None, 7, id="late"), pytest.param({"phi": {"threads": 5}}, 5, id="late-and-outdated")],
)
async def test_a_client_that_says_its_settings_late_is_heard(
    monkeypatch: pytest.MonkeyPatch, meanwhile: object, threads: int
) -> None:
    monkeypatch.setattr(lifecycle, "CLIENT_SECONDS", 0.01)
    session = Session(Slow)
    await session.initialize({"workspace": {"configuration": True}})
    session.notify("initialized", {})
    assistant = await session.server.started()
    assert isinstance(assistant, Slow)
    assert assistant.settings.threads == 0
    if meanwhile is not None:
        session.notify("workspace/didChangeConfiguration", {"settings": meanwhile})
    (asked,) = [message for message in session.sent if message.get("method") == "workspace/configuration"]
    session.send({"jsonrpc": "2.0", "id": asked["id"], "result": [{"threads": 7}]})
    for _ in range(200):
        if len(assistant.notes) == 2:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)  # the outdated ones would be applied by then
    assert assistant.notes == [f"began {threads}", f"ended {threads}"]


def test_a_status_is_sent_when_it_differs_from_the_last_one() -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    report = StatusReporter(lambda method, params: sent.append((method, params)))
    loading = Status("loading", "cpu", "onnx_genai", "starter", True, "The starter model", ("cuda: no GPU",))
    for status in (loading, loading, Status("ready", "cpu", "onnx_genai", "starter", True, "", ())):
        report(status)
    assert [(method, params["state"]) for method, params in sent] == [
        ("phi/status", "loading"),
        ("phi/status", "ready"),
    ]
    assert sent[0][1] == {
        "state": "loading",
        "backend": "cpu",
        "engine": "onnx_genai",
        "model": "starter",
        "starter": True,
        "message": "The starter model",
        "refusals": ("cuda: no GPU",),
        "withheld": "",
        "hint": "",
    }


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[logging.Logger]:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    root = logging.getLogger("phi_ls")
    level, propagate, raises = root.level, root.propagate, logging.raiseExceptions
    logs.start()
    yield logging.getLogger("phi_ls.test")
    logs.stop()
    root.setLevel(level)
    root.propagate, logging.raiseExceptions = propagate, raises


def fail(log: logging.Logger, error: Exception) -> None:
    try:
        raise error
    except type(error):
        log.exception("it failed")


def test_the_log_holds_where_something_failed_and_no_words_that_may_be_code(log: logging.Logger) -> None:
    fail(log, ValueError("password = 'hunter2'"))
    fail(log, UsageError("wanted a function, found none"))
    logs.stop()
    text = paths.log_file().read_text(encoding="utf-8")
    assert "hunter2" not in text
    assert "ValueError\n" in text
    assert "test_session.py:" in text
    assert "UsageError: wanted a function, found none" in text


def test_the_log_says_as_much_as_was_asked_for(log: logging.Logger) -> None:
    log.debug("one")
    logs.set_level(LogLevel.DEBUG)
    log.debug("two")
    logs.set_level(LogLevel.ERROR)
    log.warning("three")
    logs.stop()
    text = paths.log_file().read_text(encoding="utf-8")
    assert [word for word in ("one", "two", "three") if word in text] == ["two"]


def test_the_libraries_below_log_nothing(log: logging.Logger) -> None:
    """They log whole messages, which hold code."""
    assert not logging.getLogger("pygls.protocol.json_rpc").isEnabledFor(logging.CRITICAL)


def test_a_log_that_cannot_be_written_goes_to_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text("a file where a folder is wanted", encoding="utf-8")
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    handler = logs._file_handler()
    assert isinstance(handler, logging.StreamHandler)
    assert "logging to stderr" in capsys.readouterr().err


async def test_the_log_is_shown_in_the_client_and_sending_it_logs_nothing_more(log: logging.Logger) -> None:
    session = Session()
    await session.initialize()
    session.sent.clear()
    log.warning("the model is slow")
    assert session.sent == [
        {
            "jsonrpc": "2.0",
            "method": "window/logMessage",
            "params": {"type": 2, "message": "the model is slow"},
            "droppable": True,
        }
    ]


def process(program: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)


async def test_the_end_of_the_editor_is_seen() -> None:
    editor = process("input()")
    gone = asyncio.Event()
    task = asyncio.create_task(watch(editor.pid, gone.set, every=0.02))
    await asyncio.sleep(0.1)
    assert not gone.is_set()
    editor.kill()  # not waited for: a zombie is gone too
    await asyncio.wait_for(gone.wait(), 10)
    await task
    editor.communicate()


async def test_a_process_that_cannot_be_seen_is_not_watched() -> None:
    ended = process("")
    ended.communicate(timeout=30)
    gone = asyncio.Event()
    await asyncio.wait_for(watch(ended.pid, gone.set), 5)
    assert not gone.is_set()


def test_the_last_answers_are_kept_whatever_their_names() -> None:
    answers = Answers(first=7)
    first = answers.keep("explain", "a/b c?#%", "text 0")
    assert first == "phi-ls:/explain/7/a%2Fb%20c%3F%23%25.md"
    assert answers.get(first) == "text 0"
    for number in range(KEPT):
        answers.keep("explain", "f", f"text {number + 1}")
    assert answers.get(first) is None
