"""The worker as a process, on the scripted engine: every message and every way to end."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from phi_ls.wire import Cancel, Chunk, Done, Idle, Load, Loaded, Ping, Pong, Refused, Started, encode
from worker_process import COMMAND, PATIENCE_SECONDS, WorkerProcess, request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SLOW = {"token_ms": 20, "default": "word " * 500}


@pytest.fixture
def worker() -> Iterator[WorkerProcess]:
    with WorkerProcess() as process:
        yield process


@pytest.fixture
def script(tmp_path: Path) -> Callable[..., Path]:
    def write(**fields: object) -> Path:
        file = tmp_path / "script.json"
        file.write_text(json.dumps(fields))
        return file

    return write


def types_of(worker: WorkerProcess) -> str:
    return " ".join(type(message).__name__ for message in worker.seen)


def test_a_model_is_loaded_and_answers(worker: WorkerProcess) -> None:
    loaded = worker.load("scripted", context_tokens=1000)
    assert (loaded.engine, loaded.context_tokens, loaded.verified) == ("scripted", 1000, False)
    assert loaded.memory_bytes > 1 << 20
    assert worker.answer(request("def f():")) == "pass"
    assert types_of(worker) == "Loaded Started Chunk Done Idle"
    assert (worker.done.finish_reason, worker.done.statistics.new_tokens) == ("end", 1)


def test_typing_on_computes_only_what_is_new(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.answer(request("one two three"))
    worker.answer(request("one two three four", id_=2))
    statistics = worker.done.statistics
    # Behind the typed word stand an end token, a line end and the token that opens the answer.
    assert (statistics.prompt_tokens, statistics.reused_tokens, statistics.prefilled_tokens) == (8, 4, 4)


def test_an_action_leaves_the_typing_prompt_in_the_cache(worker: WorkerProcess) -> None:
    assert worker.load("scripted").sequences > 1
    worker.answer(request("one two three"))
    worker.answer(replace(request("why so", id_=2), sequence="action"))
    assert worker.done.statistics.reused_tokens == 0
    worker.answer(request("one two three four", id_=3))
    assert worker.done.statistics.reused_tokens == 4


def test_tokens_that_come_quickly_travel_together(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(default="word " * 500))
    assert worker.answer(request("x", max_tokens=400)).count("word") == 400
    messages = [message for message in worker.seen if isinstance(message, Chunk)]
    assert sum(len(message.tokens()) for message in messages) == worker.done.statistics.new_tokens == 400
    assert len(messages) < 200


def test_tokens_that_come_slowly_travel_alone(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(token_ms=20, default="word " * 10))
    worker.answer(request("x", max_tokens=10))
    assert all(not message.more for message in worker.seen if isinstance(message, Chunk))


def test_requests_are_served_in_their_order_and_the_worker_is_idle_once(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.send(*(request("x", id_=id_) for id_ in (1, 2, 3)))
    worker.expect(Idle)
    assert [message.id for message in worker.seen if isinstance(message, Done)] == [1, 2, 3]
    assert types_of(worker).count("Idle") == 1


def test_a_waiting_request_that_is_cancelled_is_never_begun(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(**SLOW))
    worker.send(request("x", id_=1, max_tokens=400))
    worker.expect(Chunk)
    worker.send(request("y", id_=2), Cancel(id=2))
    assert worker.expect(Done).id == 2
    worker.cancel(1)
    worker.expect(Idle)
    assert [message.id for message in worker.seen if isinstance(message, Started)] == [1]
    assert [message.finish_reason for message in worker.seen if isinstance(message, Done)] == ["cancelled"] * 2


def test_a_worker_whose_only_request_was_cancelled_unbegun_says_that_it_is_idle(worker: WorkerProcess) -> None:
    worker.send(Load(engine="scripted", model="", context_tokens=100), request("x"), Cancel(id=1))
    worker.expect(Idle)
    assert types_of(worker) in ("Done Loaded Idle", "Loaded Done Idle")


def test_a_running_generation_is_cancelled(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(**SLOW))
    worker.send(request("x", max_tokens=400))
    worker.expect(Chunk)
    worker.cancel(1)
    done = worker.expect(Done)
    assert done.finish_reason == "cancelled"
    assert done.statistics.new_tokens < 100


def test_a_cancel_that_comes_along_with_its_request_is_seen(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(**SLOW))
    worker.send(request("x", max_tokens=400), Cancel(id=1))
    assert worker.expect(Done).statistics.new_tokens < 5


def test_a_prompt_that_is_being_read_is_cancelled_and_what_was_read_is_kept(
    worker: WorkerProcess, script: Callable[..., Path]
) -> None:
    worker.load("scripted", script(prefill_ms_per_token=1))
    prompt = "word " * 1500
    read, attempts = 0, iter(range(1, 100))
    while not read:
        attempt = next(attempts)
        worker.send(request(prompt, id_=attempt))
        time.sleep(0.1)
        worker.cancel(attempt)
        done = worker.expect(Done)
        assert done.finish_reason == "cancelled"
        read = done.statistics.prefilled_tokens
    assert read < 1500
    assert read % 32 == 0
    worker.answer(request(prompt, id_=100, max_tokens=1))
    assert worker.done.statistics.reused_tokens == read


def test_a_cancel_of_something_unknown_changes_nothing(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.cancel(99)
    assert worker.answer(request("x")) == "pass"


def test_a_ping_is_answered_while_it_generates(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(**SLOW))
    worker.send(request("x", max_tokens=400))
    worker.expect(Started)
    worker.send(Ping(number=7))
    assert worker.expect(Pong).number == 7
    assert "Done" not in types_of(worker)


def test_lines_that_are_no_messages_are_reported_without_their_text_and_skipped(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.send_bytes(b"secret = 1\n" + b'{"type": "nonsense"}\n' + b"\xff\n" + b"[" * 100_000 + b"\n")
    worker.send(Idle())
    assert worker.answer(request("x")) == "pass"
    worker.end_of_input()
    assert worker.wait() == 0
    assert worker.said() == (
        "phi-ls worker: skipped a line of 11 bytes that is no message\n"
        "phi-ls worker: skipped a line of 21 bytes that is no message\n"
        "phi-ls worker: skipped a line of 2 bytes that is no message\n"
        "phi-ls worker: skipped a line of 100001 bytes that is no message\n"
        "phi-ls worker: skipped a message of type Idle, which only a worker sends\n"
    )


def test_fields_of_a_wrong_type_end_their_request_only(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.send_bytes(b'{"type":"generate","id":1,"parts":[{"text":3}],"max_tokens":"many"}\n')
    assert worker.expect(Refused).reason == "failed"
    assert worker.answer(request("x", id_=2)) == "pass"


def test_a_generation_without_a_model_is_refused(worker: WorkerProcess) -> None:
    worker.send(request("x"))
    refused = worker.expect(Refused)
    assert (refused.id, refused.reason, refused.message) == (1, "failed", "no model is loaded; send a load first")


def test_a_prompt_that_is_too_long_is_refused_with_both_counts(worker: WorkerProcess) -> None:
    worker.load("scripted", context_tokens=20)
    worker.send(request("a b c d e f g h i j", max_tokens=8))
    refused = worker.expect(Refused)
    assert (refused.reason, refused.found_tokens, refused.limit_tokens) == ("too-long", 14, 12)
    assert refused.message == "the prompt has 14 tokens, the model takes 12"
    worker.expect(Idle)


@pytest.mark.parametrize(
    ("load", "message"),
    [
        pytest.param(
            Load(engine="magic", model="", context_tokens=100),
            "engine 'magic': wanted one of onnx_genai, llama_cpp, scripted",
            id="unknown-engine",
        ),
        pytest.param(
            Load(engine="scripted", model="", context_tokens=0),
            "context_tokens: wanted at least 1, found 0",
            id="no-context",
        ),
        pytest.param(
            Load(engine="scripted", model="", context_tokens=100, options={"speculate": "yes"}),
            "option speculate: wanted auto, on or off, found 'yes'",
            id="bad-option",
        ),
        pytest.param(
            Load(engine="scripted", model="nowhere.json", context_tokens=100),
            "script nowhere.json: wanted a script of the scripted engine, found "
            "[Errno 2] No such file or directory: 'nowhere.json'",
            id="no-script",
        ),
    ],
)
def test_a_load_that_cannot_be_is_refused_in_one_line(worker: WorkerProcess, load: Load, message: str) -> None:
    worker.send(load)
    refused = worker.expect(Refused)
    assert (refused.id, refused.reason, refused.message) == (None, "load", message)
    worker.load("scripted")
    assert worker.answer(request("x")) == "pass"


def test_a_load_that_fails_leaves_no_model(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted")
    worker.send(Load(engine="scripted", model=str(script(load_fails="no memory")), context_tokens=100))
    assert worker.expect(Refused).message == "no memory"
    worker.send(request("x"))
    assert worker.expect(Refused).message == "no model is loaded; send a load first"


def test_files_are_verified_before_they_are_loaded(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    file = script(default="verified")
    good = hashlib.sha256(file.read_bytes()).hexdigest()
    load = Load(engine="scripted", model=str(file), context_tokens=100, files={"": good})
    worker.send(load)
    assert worker.expect(Loaded).verified
    script(default="changed")
    worker.send(load)
    refused = worker.expect(Refused)
    assert refused.reason == "damaged"
    assert f"wanted sha256 {good[:12]}" in refused.message


def test_an_engine_that_raises_ends_its_generation_only(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    rules = [{"when": "bad", "text": "one two three", "fails": "the device was lost", "after": 2}]
    worker.load("scripted", script(rules=rules))
    worker.send(request("bad"))
    refused = worker.expect(Refused)
    assert (refused.id, refused.reason, refused.message) == (1, "failed", "the device was lost")
    assert types_of(worker) == "Loaded Started Chunk Chunk Refused"
    worker.expect(Idle)
    assert worker.answer(request("good", id_=2)) == "pass"
    assert worker.done.statistics.reused_tokens == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_an_engine_that_crashes_takes_the_process_along(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(rules=[{"when": "", "text": "a b", "fails": "crash", "after": 1}]))
    worker.send(request("x"))
    worker.expect(Chunk)
    assert worker.wait() == -signal.SIGABRT


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_a_load_can_crash_too(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.send(Load(engine="scripted", model=str(script(load_fails="crash")), context_tokens=100))
    assert worker.wait() == -signal.SIGABRT


def test_a_load_takes_the_time_that_its_script_sets(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    assert worker.load("scripted", script(load_ms=150)).ms >= 150


def test_the_end_of_input_ends_an_idle_worker(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.end_of_input()
    assert worker.wait() == 0


def test_the_end_of_input_ends_a_worker_that_generates(worker: WorkerProcess, script: Callable[..., Path]) -> None:
    worker.load("scripted", script(token_ms=60_000))
    worker.send(request("x"))
    worker.expect(Chunk)
    began = time.monotonic()
    worker.end_of_input()
    assert worker.wait() == 0
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("hangs", ["load", "generation"])
def test_an_engine_that_hangs_does_not_outlive_the_server(
    worker: WorkerProcess, script: Callable[..., Path], hangs: str
) -> None:
    if hangs == "load":
        worker.send(Load(engine="scripted", model=str(script(load_fails="hang")), context_tokens=100))
        worker.send(Ping(number=1))
    else:
        worker.load("scripted", script(rules=[{"when": "", "fails": "hang"}]))
        worker.send(request("x"))
        worker.expect(Started)
    worker.end_of_input()
    assert worker.wait() == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX")
def test_ctrl_c_in_a_terminal_is_left_to_the_server(worker: WorkerProcess) -> None:
    worker.load("scripted")
    worker.process.send_signal(signal.SIGINT)
    assert worker.answer(request("x")) == "pass"


def test_a_worker_whose_answers_nobody_reads_ends() -> None:
    with subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(encode(Ping(number=1)))
        process.stdin.flush()
        assert process.wait(PATIENCE_SECONDS) == 1
