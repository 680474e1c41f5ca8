"""The backend `remote`, against a server on the loopback interface: streaming, cancelling, keys, servers that go."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from inference.workers import BOUND, events, until
from phi_ls.cli import main
from phi_ls.errors import GenerationFailed, NoBackend, PromptTooLong
from phi_ls.features.assistant import Assistant
from phi_ls.hardware import HardwareReport
from phi_ls.inference.select import SCRIPTED, choose, rank, remote
from phi_ls.inference.supervisor import Supervisor
from phi_ls.journal import Journal
from phi_ls.settings import BackendName, RemoteApi, RemoteSettings, Settings
from phi_ls.wire import Control, Part, Text
from worker.openai_server import OpenAi, openai_server

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

    from phi_ls.inference.client import WorkerClient

pytestmark = pytest.mark.e2e

PARTS: tuple[Part, ...] = (
    Control("<|user|>"),
    Text("\nComplete this <|end|> please"),
    Control("<|end|>"),
    Text("\n"),
    Control("<|assistant|>"),
    Text("\n```python\ndef add(a, b):\n    "),
)


@pytest.fixture
def state() -> Iterator[OpenAi]:
    with openai_server(OpenAi()) as started:
        yield started


def settings_for(state: OpenAi, **more: str) -> Settings:
    api = RemoteApi(more.pop("api", "completions"))
    return Settings(backend=BackendName.REMOTE, remote=RemoteSettings(url=state.url, api=api, **more))


@asynccontextmanager
async def started(settings: Settings, journal: Path, *spare: object) -> AsyncGenerator[Supervisor, None]:
    log = Journal(str(journal))
    supervisor = Supervisor(log, lambda: None)
    first = remote(settings)
    # A server that has gone silent is not waited for as long as a user would.
    first = replace(first, options=(*first.options, ("silence_seconds", "2")))
    supervisor.start((first, *spare))  # type: ignore[arg-type]
    try:
        yield supervisor
    finally:
        await supervisor.close()
        log.close()


async def text_of(client: WorkerClient, *, max_tokens: int = 50, stop: tuple[str, ...] = ()) -> str:
    async with client.generate(PARTS, max_tokens=max_tokens, stop=stop) as stream:
        return "".join([chunk.text async for chunk in stream])


async def test_a_completion_is_streamed_with_its_counts(state: OpenAi, tmp_path: Path) -> None:
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        async with client.generate(PARTS, max_tokens=50) as stream:
            chunks = [chunk.text async for chunk in stream]
        assert "".join(chunks) == "return a + b"
        assert len(chunks) > 2
        assert stream.done is not None
        numbers = stream.done.statistics
        assert (numbers.prompt_tokens, numbers.reused_tokens, numbers.prefilled_tokens) == (12, 5, 7)
        assert stream.done.finish_reason == "end"
    path, body = state.asked[0]
    assert (path, body["model"], body["temperature"], body["stream"]) == ("/v1/completions", "phi-3-mini", 0, True)
    assert body["prompt"] == (
        "<|user|>\nComplete this <\u200b|end|> please<|end|>\n<|assistant|>\n```python\ndef add(a, b):\n    "
    )
    (network,) = events(tmp_path / "journal", "network")
    assert (network["purpose"], network["host"]) == ("remote", f"127.0.0.1:{state.port}")


@pytest.mark.parametrize("echoes", [False, True], ids=["goes on", "begins anew"])
async def test_a_chat_server_gets_messages_and_its_echo_is_dropped(echoes: bool, state: OpenAi, tmp_path: Path) -> None:
    state.echoes = echoes
    async with started(settings_for(state, api="chat", model="other"), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert await text_of(client) == "return a + b"
    path, body = state.asked[0]
    assert (path, body["model"]) == ("/v1/chat/completions", "other")
    assert body["messages"] == [
        {"role": "user", "content": "Complete this <\u200b|end|> please"},
        {"role": "assistant", "content": "```python\ndef add(a, b):\n    "},
    ]


async def test_leaving_a_stream_closes_the_connection_at_once(state: OpenAi, tmp_path: Path) -> None:
    state.answer, state.token_seconds = "word " * 500, 0.02
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        async with client.generate(PARTS, max_tokens=400) as stream:
            async for _chunk in stream:
                break
        await until(state.left.is_set)
        assert state.sent < 40
        state.answer = "again"
        assert await text_of(client) == "again"


async def test_a_stop_string_ends_the_answer_and_the_servers_work(state: OpenAi, tmp_path: Path) -> None:
    state.answer, state.token_seconds = "return a\n" + "more " * 400, 0.01
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert await text_of(client, max_tokens=400, stop=("\n",)) == "return a"
        await until(state.left.is_set)
        assert state.sent < 60


async def test_a_refused_key_says_where_keys_come_from(
    state: OpenAi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.key = "right"
    monkeypatch.setenv("PHI_LS_REMOTE_KEY", "wrong")
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        with pytest.raises(
            NoBackend, match=r"refuses the key \(401\); set PHI_LS_REMOTE_KEY, or keep the key in the k"
        ):
            await asyncio.wait_for(supervisor.client(), BOUND)
    monkeypatch.setenv("PHI_LS_REMOTE_KEY", "right")
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        assert await text_of(await asyncio.wait_for(supervisor.client(), BOUND)) == "return a + b"


async def test_a_server_that_goes_costs_one_clear_error_and_is_used_again_when_it_is_back(tmp_path: Path) -> None:
    state = OpenAi()
    with openai_server(state):
        supervised = started(settings_for(state), tmp_path / "journal")
        supervisor = await supervised.__aenter__()
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert await text_of(client) == "return a + b"
    with pytest.raises(GenerationFailed, match=rf"remote 127\.0\.0\.1:{state.port}: Connection refused"):
        await text_of(client)
    with openai_server(state):
        assert await text_of(client) == "return a + b"
        state.breaks_after = 1
        with pytest.raises(GenerationFailed, match="remote 127"):
            await text_of(client)
    await supervised.__aexit__(None, None, None)


async def test_a_server_that_is_not_there_makes_way_for_the_next_candidate(tmp_path: Path) -> None:
    gone = OpenAi(port=9)
    async with started(settings_for(gone), tmp_path / "journal", SCRIPTED) as supervisor:
        await asyncio.wait_for(supervisor.client(), BOUND)
        assert supervisor.running is not None
        assert supervisor.running.backend == "scripted"
        assert supervisor.refusals == ("remote remote: remote 127.0.0.1:9 is not there: Connection refused",)


async def test_a_redirect_is_never_followed(state: OpenAi, tmp_path: Path) -> None:
    with openai_server(OpenAi()) as other:
        state.redirect = f"{other.url}/models"
        async with started(settings_for(state), tmp_path / "journal") as supervisor:
            with pytest.raises(NoBackend, match=r"answers with a redirect \(302\), which is not followed"):
                await asyncio.wait_for(supervisor.client(), BOUND)
        assert other.asked == []


async def test_a_prompt_that_is_too_long_says_by_how_much(state: OpenAi, tmp_path: Path) -> None:
    state.context = 60
    async with started(settings_for(state), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        with pytest.raises(PromptTooLong) as caught:
            await text_of(client, max_tokens=10)
        assert caught.value.limit_tokens == 50
        assert caught.value.found_tokens > 60


def test_a_model_that_the_server_does_not_have_is_named(state: OpenAi, tmp_path: Path) -> None:
    async def load() -> None:
        async with started(settings_for(state, model="phi-9"), tmp_path / "journal") as supervisor:
            await asyncio.wait_for(supervisor.client(), BOUND)

    with pytest.raises(NoBackend, match="serves phi-3-mini, other, not phi-9"):
        asyncio.run(load())


async def test_the_status_says_that_code_leaves_the_machine(state: OpenAi) -> None:
    assistant = Assistant(replace(settings_for(state), allow_fallback=False))
    await assistant.start()
    try:
        await asyncio.wait_for(assistant.supervisor.client(), BOUND)
        status = assistant.status
        assert (status.backend, status.engine) == ("remote", "openai")
        assert status.message == f"code leaves this machine for {state.url}"
    finally:
        await assistant.close()


def test_remote_is_used_only_where_the_user_asks_for_it(state: OpenAi) -> None:
    report = HardwareReport("linux", "x86_64", "p", 2, 2, 8_000, 6_000)
    unset = Settings(remote=RemoteSettings(url=state.url))
    assert [c.backend for c in rank(report, unset, (), {})] == []
    nowhere = Settings(backend=BackendName.REMOTE)
    (refused,) = choose(rank(report, nowhere, (), {}))
    assert (refused.state, refused.reason) == ("refused", "the setting phi.remote.url names no server")


def test_the_command_line_completes_through_it(
    state: OpenAi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text(json.dumps({"remote": {"url": state.url}}))
    file = tmp_path / "a.py"
    file.write_text("def add(a, b):\n    \n")
    assert main(["complete", str(file), "--at", "2:5", "--backend", "remote", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["text"], record["backend"], record["engine"]) == ("return a + b", "remote", "openai")
