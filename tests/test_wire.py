"""The messages between server and worker survive the pipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phi_ls import wire

ANY_TEXT = st.text(alphabet=st.characters(codec=None, categories=None))
PARTS = st.lists(st.one_of(st.builds(wire.Control, ANY_TEXT), st.builds(wire.Text, ANY_TEXT, st.booleans())))


@given(PARTS, st.lists(ANY_TEXT))
def test_a_generation_arrives_as_it_was_sent(parts: list[wire.Part], stop: list[str]) -> None:
    message = wire.Generate(
        id=1, parts=tuple(parts), max_tokens=8, stop=tuple(stop), sequence="a.py", heal=True, drafts=tuple(stop)
    )
    line = wire.encode(message)
    assert line.count(b"\n") == 1
    assert wire.decode(line) == message


@pytest.mark.parametrize(
    "message",
    [
        wire.Load(engine="scripted", model="", context_tokens=64, end_tokens=("<|end|>",), files={"a": "b"}),
        wire.Cancel(id=3),
        wire.Ping(number=1),
        wire.Loaded(
            engine="e",
            engine_version="1",
            model="m",
            context_tokens=1,
            vocabulary=2,
            ms=0.5,
            memory_bytes=1,
            verified=True,
        ),
        wire.Started(id=1, prompt_tokens=10, reused_tokens=9),
        wire.Chunk(id=1, text="\x00\ud800", logprob=-0.5),
        wire.Chunk(id=1, text="a", logprob=-0.5, more=(("b", -0.25), ("", -1.0))),
        wire.Done(id=1, finish_reason="stop", statistics=wire.Statistics(new_tokens=2), stop="\n"),
        wire.Refused(id=None, reason="load", message="no"),
        wire.Idle(),
        wire.Pong(number=1),
    ],
    ids=lambda message: type(message).__name__,
)
def test_every_message_arrives_as_it_was_sent(message: wire.Message) -> None:
    assert wire.decode(wire.encode(message)) == message


@pytest.mark.parametrize(
    "line",
    [
        *(b"", b"\n", b"{}", b"[]", b'{"type":"nope"}', b'{"type":"cancel"}', b"print\n", b"[" * 100_000),
        b'{"type":"chunk","id":[1],"text":"a","logprob":0}',
        b'{"type":"chunk","id":1,"text":5,"logprob":0}',
        b'{"type":"chunk","id":1,"text":"a","logprob":0,"more":[[5,0]]}',
        b'{"type":"started","id":1,"prompt_tokens":"1","reused_tokens":null}',
        b'{"type":"done","id":1,"finish_reason":"end","statistics":{"new_tokens":"1"}}',
        b'{"type":"loaded"}',
    ],
    ids=lambda line: line[:60].decode(),
)
def test_a_line_that_is_no_message_is_refused_clearly(line: bytes) -> None:
    with pytest.raises(wire.WireError, match="wanted a wire message"):
        wire.decode(line)


def test_a_chunk_of_several_tokens_is_a_chunk_for_each() -> None:
    one = wire.Chunk(id=1, text="a", logprob=-0.5)
    assert one.tokens() == (one,)
    several = wire.Chunk(id=1, text="a", logprob=-0.5, more=(("b", -0.25), ("", -1.0)))
    assert several.tokens() == (one, wire.Chunk(id=1, text="b", logprob=-0.25), wire.Chunk(id=1, text="", logprob=-1.0))


def test_a_message_of_an_older_server_or_worker_is_understood() -> None:
    assert wire.decode(b'{"type":"generate","id":1,"parts":[],"max_tokens":1}') == wire.Generate(
        id=1, parts=(), max_tokens=1, sequence="typing", heal=False, drafts=()
    )
    assert wire.decode(b'{"type":"chunk","id":1,"text":"a","logprob":-1.0}') == wire.Chunk(id=1, text="a", logprob=-1.0)
