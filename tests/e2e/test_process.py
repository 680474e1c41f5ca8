"""The server as a process: what no editor would send, how it ends, and what it survives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from e2e.raw_client import at, framed, journal, wait_for_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from e2e.conftest import Editor

HELLO = {"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": {"processId": None, "capabilities": {}}}
SHUTDOWN = {"jsonrpc": "2.0", "id": "bye", "method": "shutdown"}
EXIT = {"jsonrpc": "2.0", "method": "exit"}
NOT_OPEN = at("file:///not/open.py", 0, 0)


def request(number: int, method: str = "textDocument/hover", **more: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": NOT_OPEN, **more}


def body(message: object) -> bytes:
    return json.dumps(message).encode()


def test_nothing_that_a_client_sends_stops_the_server(editor: Editor) -> None:
    """Every row at once, on one connection: each request is answered once, and no box is shown."""
    editor.send_bytes(b"Content-Length: 9\r\n\r\n{not json")
    editor.send_bytes(b"content-length: %d\r\n\r\n%b" % (len(body(request(901))), body(request(901))))
    editor.send_bytes(b"hello\r\n\r\n" + framed(request(902)))
    editor.send_bytes(b"Content-Length: 7\r\n" + body({"lost": 1}) + framed(request(903)))
    editor.send([request(904), request(905)])
    editor.send({"id": 906, "method": "textDocument/hover"})
    editor.send(request(907, params={"position": "here"}))
    editor.send(request(908, method="no/such"))
    editor.send({"jsonrpc": "2.0", "id": 909, "method": "textDocument/inlineCompletion"})
    bad_kind = {**NOT_OPEN, "context": {"triggerKind": 0}}
    editor.send(request(910, method="textDocument/inlineCompletion", params=bad_kind))
    editor.notify("textDocument/didChange", {"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": []})
    editor.notify("$/unknown", {})
    editor.notify("exit/soon", {})
    nested = {**NOT_OPEN, "extra": {"jsonrpc": "2.0", "id": 1, "method": "shutdown"}}
    editor.send(request(911, params=nested))
    editor.send(request(912), {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 912}})
    editor.answer(912)
    codes = {
        number: [answer.get("error", {}).get("code", "ok") for answer in editor.answers_to(number)]
        for number in [None, *range(901, 913)]
    }
    assert codes == {
        None: [-32700, -32600],
        901: ["ok"],
        902: ["ok"],
        903: ["ok"],
        904: [],
        905: [],
        906: [-32600],
        907: [-32602],
        908: [-32601],
        909: [-32602],
        910: [-32602],
        911: ["ok"],
        912: ["ok"],
    }
    assert editor.all("window/showMessage") == []


def test_error_answers_hold_no_traceback_and_no_path(editor: Editor) -> None:
    editor.send(request(921, params=3), request(922, method="no/such"))
    editor.answer(922)
    answers = [editor.answer(number)["error"] for number in (921, 922)]
    assert [sorted(answer) for answer in answers] == [["code", "message"], ["code", "message"]]


def test_large_messages_are_taken(editor: Editor) -> None:
    uri = "file:///project/large.py"
    editor.open(uri, "x = 1\n" * 1_400_000)
    assert editor.call("textDocument/hover", at(uri, 3, 0)) is None
    editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_client_that_does_not_read_does_not_stop_the_server(editor: Editor) -> None:
    uri = "file:///project/stalled.py"
    editor.open(uri, "def area(radius):\n" + '    """' + "The area of a circle. " * 40 + '"""\n')
    editor.call("textDocument/hover", at(uri, 0, 5))
    editor.stop_reading()
    asked = time.monotonic()
    numbers = [editor.request("textDocument/hover", at(uri, 0, 5)) for _ in range(400)]

    def handled(event: dict[str, object]) -> bool:
        return event["event"] == "hover" and sum(1 for e in since() if e["event"] == "hover") >= 400

    def since() -> list[dict[str, object]]:
        return [e for e in journal(editor.journal) if e["t"] > asked]

    wait_for_event(editor.journal, handled, "400 hovers")
    editor.go_on_reading()
    answers = [editor.answer(number) for number in numbers]
    assert sum(len(json.dumps(answer)) for answer in answers) > 4 * 65536, "more than any pipe holds"
    assert all("result" in answer for answer in answers)


@pytest.mark.parametrize(
    ("sent", "closes", "code"),
    [
        pytest.param([HELLO, SHUTDOWN, EXIT], False, 0, id="shutdown-and-exit-in-one-go"),
        pytest.param([HELLO, EXIT], False, 1, id="exit-alone"),
        pytest.param([HELLO], True, 1, id="closed-pipe"),
        pytest.param([HELLO, SHUTDOWN], True, 0, id="shutdown-and-closed-pipe"),
        pytest.param([EXIT], False, 1, id="exit-before-anything"),
    ],
)
def test_the_exit_code_says_whether_the_client_said_goodbye(
    start: Callable[..., Editor], sent: list[object], closes: bool, code: int
) -> None:
    editor = start()
    editor.send(*sent)
    if closes:
        assert editor.process.stdin is not None
        editor.process.stdin.close()
    assert editor.exit_code() == code
    if SHUTDOWN in sent:
        assert editor.answer("bye")["result"] is None
    assert b"Traceback" not in editor.stderr


def test_the_server_leaves_while_its_model_is_busy_and_takes_the_worker_along(start: Callable[..., Editor]) -> None:
    editor = start()
    editor.begin()
    uri = "file:///project/busy.py"
    editor.open(uri, "endless = ")
    editor.inline(uri, 0, 10)
    wait_for_event(editor.journal, lambda e: e["event"] == "generation", "generation")
    (worker,) = psutil.Process(editor.process.pid).children()
    began = time.monotonic()
    assert editor.leave() == 0
    assert time.monotonic() - began < 5
    _, alive = psutil.wait_procs([worker], timeout=10)
    assert alive == []


def test_the_server_leaves_when_its_editor_is_gone_though_the_pipe_is_open(start: Callable[..., Editor]) -> None:
    vanished = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    editor = start()
    editor.initialize(processId=vanished.pid, initializationOptions={"enable": False})
    editor.call("textDocument/hover", NOT_OPEN)
    assert editor.process.poll() is None
    vanished.kill()
    vanished.communicate()
    assert editor.exit_code() == 1


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL on Windows")
def test_a_worker_that_is_killed_or_crashes_costs_nothing_but_its_answer(start: Callable[..., Editor]) -> None:
    editor = start()
    editor.begin()
    loaded = wait_for_event(
        editor.journal, lambda e: e["event"] == "worker" and e["state"] == "loaded", "loaded worker"
    )
    killed, crashed, next_one = (f"file:///project/{name}.py" for name in ("killed", "crashed", "next"))
    editor.open(killed, "endless = ")
    editor.open(crashed, "crashing = ")
    editor.open(next_one, "total = ")
    number = editor.inline(killed, 0, 10)
    wait_for_event(editor.journal, lambda e: e["event"] == "generation", "generation")
    os.kill(loaded["pid"], signal.SIGKILL)
    assert editor.answer(number)["result"] == {"items": []}
    (item,) = editor.answer(editor.inline(next_one, 0, 8))["result"]["items"]
    assert item["insertText"] == "price * count"
    assert editor.answer(editor.inline(crashed, 0, 11))["result"] == {"items": []}
    editor.change(next_one, "\n", version=2, start=(0, 8), end=(0, 8))
    editor.change(next_one, "sum_of = ", version=3, start=(1, 0), end=(1, 0))
    (item,) = editor.answer(editor.inline(next_one, 1, 9))["result"]["items"]
    assert item["insertText"] == "price * count"
    assert editor.all("window/showMessage") == []
    deaths = [e for e in journal(editor.journal) if e["event"] == "worker" and e["state"] == "died"]
    assert len(deaths) == 2
    assert editor.leave() == 0


def test_only_messages_reach_the_pipe_of_the_client() -> None:
    """Prints of Python, of native code and of child processes land on stderr; a child reads nothing of the client's."""
    program = """
import os, subprocess, sys
from phi_ls.lsp import stdio
reading, writing = stdio.claim()
print("python", flush=True)
os.write(1, b"native\\n")
subprocess.run([sys.executable, "-c", "import sys; print('child read', sys.stdin.read())"], check=True)
writing.write(b"message: " + reading.readline())
writing.flush()
"""
    done = subprocess.run([sys.executable, "-c", program], input=b"line\n", capture_output=True, timeout=60, check=True)
    assert done.stdout == b"message: line\n"
    assert done.stderr.split() == [b"python", b"native", b"child", b"read"]
