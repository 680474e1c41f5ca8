"""The backend `remote` against a real llama-server on the loopback interface, serving the starter model."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from inference.test_remote import started
from inference.workers import BOUND, until
from phi_ls.catalog import local_models, read_catalog
from phi_ls.errors import GenerationFailed, NoBackend
from phi_ls.settings import BackendName, RemoteSettings, Settings
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phi_ls.inference.client import WorkerClient

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
TRAINED = 16_384
"""Tokens that the server is told the model was trained for, so that a prompt can be long enough to be left."""
BATCH = 32
LONG = "".join(f"def read_{n}(path):\n    return json.load(open(path))\n\n\n" for n in range(700))


def program() -> Path:
    """llama-server, where `scripts/setup-llama-server.sh` or `PHI_LS_LLAMA_SERVER` has it."""
    named = os.environ.get("PHI_LS_LLAMA_SERVER")
    found = [Path(named)] if named else sorted((ROOT / ".toolbox").glob("llama-server-*/llama-server"))
    if not found or not found[-1].exists():
        pytest.skip("there is no llama-server; scripts/setup-llama-server.sh builds one")
    return found[-1]


@dataclass
class Server:
    """A llama-server that runs, or did."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def left(self) -> list[int]:
        """Of each task, how many tokens the slot held when it ended."""
        return [int(n) for n in re.findall(r"stop processing: n_tokens = (\d+)", self.log.read_text())]


@contextmanager
def llama_server(folder: Path, *options: str, port: int = 0) -> Iterator[Server]:
    """A llama-server with one slot and one thread, ready to answer."""
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
    model = next(local for local in local_models(read_catalog()) if local.model.starter and "gguf" in local.build.id)
    command = [str(program()), "--model", str(model.load_path), "--host", "127.0.0.1", "--port", str(port)]
    command += ["-t", "1", "-np", "1", "-c", str(TRAINED), "--override-kv", f"phi3.context_length=int:{TRAINED}"]
    log = folder / "llama-server.log"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, *options], stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(process, port, log)
        yield Server(port, log, process)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        assert process.poll() is None, log.read_text()[-2000:]
        assert time.monotonic() < deadline, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.05)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with llama_server(tmp_path_factory.mktemp("server"), "-b", str(BATCH), "-ub", str(BATCH)) as running:
        yield running


def settings_for(server: Server) -> Settings:
    return Settings(backend=BackendName.REMOTE, remote=RemoteSettings(url=server.url, profile="starter"))


def parts(text: str) -> tuple[Part, ...]:
    return (
        Control("<|user|>"),
        Text("\nComplete the line in pkg/file.py\n# Context\nimport json\n# After\n"),
        Control("<|end|>"),
        Text("\n"),
        Control("<|assistant|>"),
        Text("\n" + text),
    )


async def text_of(client: WorkerClient, text: str, *, max_tokens: int = 12) -> tuple[str, int, int]:
    """The answer, and how many tokens of the prompt were reused and read."""
    async with client.generate(parts(text), max_tokens=max_tokens) as stream:
        answer = "".join([chunk.text async for chunk in stream])
    assert stream.done is not None
    numbers = stream.done.statistics
    return answer, numbers.reused_tokens, numbers.prefilled_tokens


async def leave(client: WorkerClient, text: str, seconds: float) -> None:
    """Ask, and go away after a time at which the server has written nothing yet."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds), client.generate(parts(text), max_tokens=8) as stream:
            async for _chunk in stream:
                raise AssertionError("the prompt was too short to be left while it is read")


async def test_a_completion_is_that_of_the_model_and_the_next_key_reuses_its_prompt(
    server: Server, tmp_path: Path
) -> None:
    async with started(settings_for(server), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        begun = LONG[:900] + "def read_all(path):\n    return json"
        answer, _reused, read = await text_of(client, begun)
        assert answer.startswith(".load(")
        assert read > 200
        answer, reused, read = await text_of(client, begun + ".lo")
        assert answer
        assert reused > 200
        assert read < 10


async def test_leaving_while_it_writes_stops_it_at_once(server: Server, tmp_path: Path) -> None:
    async with started(settings_for(server), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        before = len(server.left())
        async with client.generate(parts(LONG[:300]), max_tokens=5000) as stream:
            async for _chunk in stream:
                break
        await until(lambda: len(server.left()) > before)
        assert server.left()[-1] < 2500, "it did not write to the end"


async def test_leaving_while_it_reads_stops_it_within_a_piece(server: Server, tmp_path: Path) -> None:
    async with started(settings_for(server), tmp_path / "journal") as supervisor:
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        before = len(server.left())
        await leave(client, "# one\n" + LONG, 1.0)
        began = time.monotonic()
        answer, _reused, _read = await text_of(client, "import js", max_tokens=2)
        assert answer
        assert time.monotonic() - began < 10
        assert_left_in_pieces(server.left()[before:])


def assert_left_in_pieces(held: list[int]) -> None:
    """By what the slot held after each task, the long prompt grew piece by piece, and was not read to its end."""
    *pieces, _next = held
    grown = [later - earlier for earlier, later in pairwise([0, *pieces])]
    assert len(grown) > 2, held
    assert grown[0] <= 2 * BATCH, held
    assert all(later <= 2 * earlier + BATCH for earlier, later in pairwise(grown)), held
    assert pieces[-1] < 9000, held


async def test_a_server_with_large_batches_is_left_within_a_piece_as_well(tmp_path: Path) -> None:
    with llama_server(tmp_path, "-b", "8192", "-ub", "512") as large:
        async with started(settings_for(large), tmp_path / "journal") as supervisor:
            client = await asyncio.wait_for(supervisor.client(), BOUND)
            await leave(client, "# one\n" + LONG, 1.5)
            answer, _reused, _read = await text_of(client, "import js", max_tokens=2)
            assert answer
            assert_left_in_pieces(large.left())


async def test_a_refused_key_says_where_keys_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with llama_server(tmp_path, "--api-key", "right") as guarded:
        monkeypatch.setenv("PHI_LS_REMOTE_KEY", "wrong")
        async with started(settings_for(guarded), tmp_path / "journal") as supervisor:
            # Anybody may list its models; the key is looked at when it is asked for an answer.
            with pytest.raises((NoBackend, GenerationFailed), match=r"refuses the key \(401\); set PHI_LS_REMOTE_KEY"):
                await text_of(await asyncio.wait_for(supervisor.client(), BOUND), "import js")
        monkeypatch.setenv("PHI_LS_REMOTE_KEY", "right")
        async with started(settings_for(guarded), tmp_path / "journal") as supervisor:
            client = await asyncio.wait_for(supervisor.client(), BOUND)
            assert (await text_of(client, "import js"))[0]


async def test_a_server_that_goes_and_comes_back_is_used_again(tmp_path: Path) -> None:
    with llama_server(tmp_path) as first:
        supervised = started(settings_for(first), tmp_path / "journal")
        supervisor = await supervised.__aenter__()
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert (await text_of(client, "import js"))[0]
    with pytest.raises(GenerationFailed, match=rf"remote 127\.0\.0\.1:{first.port}: Connection refused"):
        await text_of(client, "import js")
    with llama_server(tmp_path, port=first.port):
        assert (await text_of(client, "import js"))[0]
    await supervised.__aexit__(None, None, None)
