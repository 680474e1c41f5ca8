"""Messages on the byte stream: what is read from well-formed and from broken input."""

from __future__ import annotations

import io
import threading

import pytest

from phi_ls.lsp.frames import LARGEST_BODY, frame, read_frame
from phi_ls.lsp.writer import Writer


def bodies(data: bytes) -> list[bytes]:
    stream = io.BytesIO(data)
    found = []
    while (body := read_frame(stream)) is not None:
        found.append(body)
    return found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(frame(b"{}") + frame(b"[1]"), [b"{}", b"[1]"], id="two-messages"),
        pytest.param(b"content-length: 2\r\n\r\n{}", [b"{}"], id="lower-case"),
        pytest.param(b"CONTENT-LENGTH:2\n\n{}", [b"{}"], id="no-space-and-bare-newlines"),
        pytest.param(b"Content-Type: x\r\nContent-Length: 2\r\nX-Y: z\r\n\r\n{}", [b"{}"], id="other-headers"),
        pytest.param(b"\r\n\r\n" + frame(b"{}"), [b"{}"], id="stray-blank-lines"),
        pytest.param(b"hello\r\n\xff\x00\r\n" + frame(b"{}"), [b"{}"], id="rubbish-first"),
        pytest.param(b'Content-Length: 9\r\n{"a": 1}' + frame(b"{}"), [b"{}"], id="blank-line-missing"),
        pytest.param(b"Content-Length: ten\r\n\r\n0123456789" + frame(b"{}"), [b"{}"], id="length-is-no-number"),
        pytest.param(b"Content-Length: -5\r\n\r\n" + frame(b"{}"), [b"{}"], id="negative-length"),
        pytest.param(b"Content-Length: %d\r\n\r\n" % (LARGEST_BODY + 1) + frame(b"{}"), [b"{}"], id="absurd-length"),
        pytest.param(b"Content-Length: 0\r\n\r\n" + frame(b"{}"), [b"", b"{}"], id="empty-body"),
        pytest.param(b"Content-Length: 3\r\n\r\n{} x\r\n" + frame(b"{}"), [b"{} ", b"{}"], id="length-too-short"),
        pytest.param(b"Content-Length: 5\r\n\r\n{}", [], id="stream-ends-in-a-body"),
        pytest.param(b"Content-Length: 5\r\n", [], id="stream-ends-in-a-header"),
    ],
)
def test_reading_passes_over_what_it_cannot_understand(data: bytes, found: list[bytes]) -> None:
    assert bodies(data) == found


class StalledPipe(io.RawIOBase):
    """A pipe whose reader does nothing until `go` is set."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.seen = b""

    def write(self, data: bytes) -> int:  # type: ignore[override]
        assert self.go.wait(10)
        self.seen += data
        return len(data)


def test_writing_to_a_client_that_does_not_read_drops_what_may_be_lost_and_keeps_the_rest_in_order() -> None:
    pipe = StalledPipe()
    writer = Writer(pipe, lambda: None, soft_limit=20)  # type: ignore[arg-type]
    for number in range(10):
        writer.write(b"answer%d " % number)
        writer.write(b"report%d " % number, droppable=True)
    pipe.go.set()
    assert writer.drain(10)
    assert pipe.seen == b"answer0 report0 " + b"".join(b"answer%d " % number for number in range(1, 10))
    assert writer.dropped == 9
    writer.close()


def test_a_client_that_has_not_read_for_too_long_is_taken_for_lost() -> None:
    pipe, lost = StalledPipe(), threading.Event()
    writer = Writer(pipe, lost.set, hard_limit=100)  # type: ignore[arg-type]
    for _ in range(11):
        writer.write(b"0123456789")
    assert lost.is_set()
    writer.write(b"nobody reads this")
    pipe.go.set()
    writer.close()
    assert pipe.seen in (b"", b"0123456789")


def test_a_broken_pipe_ends_the_sending_once_and_quietly() -> None:
    class Broken(io.RawIOBase):
        def write(self, _data: bytes) -> int:  # type: ignore[override]
            raise BrokenPipeError

    calls: list[str] = []
    done = threading.Event()

    def lost() -> None:
        calls.append("lost")
        done.set()

    writer = Writer(Broken(), lost)  # type: ignore[arg-type]
    writer.write(b"a")
    assert done.wait(10)
    writer.write(b"b")
    writer.close()
    assert calls == ["lost"]


def test_closing_sends_what_waits() -> None:
    stream = io.BytesIO()
    writer = Writer(stream, lambda: None)
    for number in range(100):
        writer.write(b"%d " % number)
    writer.close(10)
    assert stream.getvalue().split() == [b"%d" % number for number in range(100)]
