"""Backends and models that an editor asks for: what it is told first, the consent, the progress, and leaving."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from catalog.hub_server import HubState, folder_files, hub
from catalog.rows import FOLDER, ID, STARTER, write_row
from inference.wheels import LLAMA_PACKAGE, wheel
from lsp.session import Session
from phi_ls.features.assistant import Assistant
from phi_ls.features.supply import model_host, package_host
from phi_ls.settings import resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("PHI_LS_WHEELS", str(tmp_path / "wheels"))
    (tmp_path / "wheels").mkdir()
    (tmp_path / "script.json").write_text(json.dumps({"default": "x"}))
    monkeypatch.setenv("PHI_LS_SCRIPT", str(tmp_path / "script.json"))
    return tmp_path


@pytest.fixture
def state(own: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubState]:
    pytest.importorskip("huggingface_hub", reason="pulling needs the extra `pull`")
    with hub(folder_files(STARTER, FOLDER)) as started:
        monkeypatch.setenv("HF_ENDPOINT", started.url)
        write_row(own, started)
        yield started


@asynccontextmanager
async def session(answer: str | None = None) -> AsyncGenerator[Session, None]:
    """A session whose user chooses `answer` whenever they are asked; None: they are not to be asked."""
    settings, _ = resolve([{"backend": "scripted"}])
    made = Session()
    capabilities = {"window": {"workDoneProgress": True}, "experimental": {"phi": {"showsAnswers": True}}}
    await made.initialize(capabilities)
    assistant = Assistant(settings)
    await assistant.start()
    made.server.use(assistant)
    editor = asyncio.create_task(_answering(made, answer))
    try:
        yield made
    finally:
        editor.cancel()
        await made.server.close()


async def _answering(made: Session, answer: str | None) -> None:
    seen = 0
    while True:
        for message in made.sent[seen:]:
            if message.get("method") == "window/workDoneProgress/create":
                made.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            elif message.get("method") == "window/showMessageRequest" and answer is not None:
                made.send({"jsonrpc": "2.0", "id": message["id"], "result": {"title": answer}})
        seen = len(made.sent)
        await asyncio.sleep(0.005)


async def command(made: Session, name: str, **argument: Any) -> Any:
    made.send(_request(name, argument))
    return await _answer(made)


async def _answer(made: Session, seconds: float = 90) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := [m for m in made.sent if m.get("id") == 7 and "method" not in m]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    made.sent.remove(found[0])
    return found[0].get("result", found[0].get("error"))


def _request(name: str, argument: dict[str, Any]) -> dict[str, Any]:
    params = {"command": f"phi.server.{name}", "arguments": [argument]}
    return {"jsonrpc": "2.0", "id": 7, "method": "workspace/executeCommand", "params": params}


def asked(made: Session) -> list[str]:
    """What the user was asked."""
    return [m["params"]["message"] for m in made.sent if m.get("method") == "window/showMessageRequest"]


def progress(made: Session) -> list[dict[str, Any]]:
    return [m["params"]["value"] for m in made.sent if m.get("method") == "$/progress"]


async def test_the_models_say_what_a_pull_would_cost_and_where_it_would_go(state: HubState) -> None:
    async with session() as made:
        told = await command(made, "models")
        tiny = next(row for row in told["models"] if row["model"] == ID)
        size = sum(map(len, state.files.values()))
        assert {key: tiny[key] for key in ("state", "bytes", "left", "host", "source", "licence", "restricted")} == {
            "state": "absent",
            "bytes": size,
            "left": size,
            "host": state.url[7:],
            "source": "somewhere",
            "licence": "MIT",
            "restricted": False,
        }
        assert (tiny["suits"], "MiB at" in tiny["reason"]) == (True, True)
        assert [row["model"] for row in told["models"] if row["recommended"]] != [ID], "better ones would run"
        assert not state.requests, "a list asks nobody"


async def test_a_model_is_pulled_when_the_user_agrees(own: Path, state: HubState) -> None:
    async with session("Download") as made:
        told = await command(made, "pullModel", model=ID)
        assert told == {"done": True, "message": f"{ID} cpu-int4 is here, verified", "model": ID, "build": "cpu-int4"}
        (question,) = asked(made)
        size = sum(map(len, state.files.values())) / 1e6
        where = f"Download the starter from a hub ({size:.2f} MB) from {state.url[7:]}?"
        assert question == f"{where} licence MIT: somewhere."
        begin, *reports, end = progress(made)
        assert begin == {"kind": "begin", "title": f"phi-ls: pulling {ID}", "cancellable": True, "percentage": 0}
        assert [report for report in reports if report["percentage"] > 0 and report["message"]]
        assert end == {"kind": "end"}
        listed = await command(made, "models")
        assert [(m["state"], m["left"]) for m in listed["models"] if m["model"] == ID] == [("here", 0)]
        again = await command(made, "pullModel", model=ID)
        assert again["message"] == f"{ID} cpu-int4 is here already"


async def test_nothing_is_fetched_when_the_user_does_not_agree(state: HubState) -> None:
    async with session("Cancel") as made:
        told = await command(made, "pullModel", model=ID)
        assert (told["done"], told["message"]) == (False, f"{ID} was not downloaded")
        assert not state.requests


async def test_consent_that_the_client_brings_is_not_asked_for_again(state: HubState) -> None:
    async with session() as made:
        assert (await command(made, "pullModel", model=ID, build="cpu-int4", consent=True))["done"]
        assert asked(made) == []


async def test_a_licence_that_restricts_use_wants_consent_of_its_own(own: Path, state: HubState) -> None:
    write_row(own, state, more="restricted = true")
    async with session("Cancel") as made:
        told = await command(made, "pullModel", model=ID, consent=True)
        assert not told["done"]
        assert "its licence restricts its use (MIT); read it: somewhere" in asked(made)[0]
        assert not state.requests
        assert (await command(made, "pullModel", model=ID, consent=True, acceptLicence=True))["done"]


@pytest.mark.skipif(sys.platform == "win32", reason="a child in a blocking read is ended the hard way there")
async def test_a_pull_that_is_cancelled_ends_its_process_and_keeps_what_came(state: HubState) -> None:
    # Slow enough to be cancelled half-way on a busy machine, too.
    state.bytes_per_second = 400_000
    async with session() as made:
        made.send(_request("pullModel", {"model": ID, "consent": True}))
        async with asyncio.timeout(60):
            while state.sent < 1_000_000:  # noqa: ASYNC110 - the hub has no event
                await asyncio.sleep(0.01)
        (child,) = [p for p in psutil.Process().children() if "--events" in p.cmdline()]
        (token,) = {m["params"]["token"] for m in made.sent if m.get("method") == "$/progress"}
        made.notify("window/workDoneProgress/cancel", {"token": token})
        assert (await _answer(made))["code"] == -32800
        assert not child.is_running()
        assert progress(made)[-1] == {"kind": "end"}
        state.bytes_per_second = 0
        listed = await command(made, "models")
        (row,) = [row for row in listed["models"] if row["model"] == ID]
        assert (row["state"], 0 < row["left"] < row["bytes"]) == ("unfinished", True)
        assert (await command(made, "pullModel", model=ID, consent=True))["done"]
        assert state.sent < 1.5 * row["bytes"], "it went on where it was"


async def test_a_hub_that_is_away_is_one_line(own: Path, state: HubState) -> None:
    state.refuse_after = 100_000
    async with session() as made:
        failed = await command(made, "pullModel", model=ID, consent=True)
        assert failed["code"] == -32803
        assert failed["message"].startswith(f"wanted someone/tiny, {FOLDER}/")
        assert failed["message"].endswith("run the same command again, it goes on where it stopped")


async def test_a_backend_says_its_cost_and_is_installed_when_the_user_agrees(own: Path) -> None:
    wheel(own / "wheels", "numpy", "2.1.0", {"numpy/__init__.py": "", "numpy/typing.py": "", "numpy/ctypeslib.py": ""})
    wheel(own / "wheels", "llama-cpp-python", "0.3.36", LLAMA_PACKAGE)
    async with session("Install") as made:
        listed = {row["backend"]: row for row in (await command(made, "backends"))["backends"]}
        gguf = listed["gguf"]
        assert (gguf["packages"][0], gguf["builds"], gguf["host"]) == ("llama-cpp-python==0.3.36", True, "")
        assert gguf["bytes"] > 10_000_000
        told = await command(made, "installBackend", backend="gguf")
        assert told["message"] == "gguf is installed: llama-cpp-python 0.3.36"
        assert "pip fetches about 130 MB from a folder of this machine: llama-cpp-python==0.3.36" in asked(made)[0]
        begin, *reports, end = progress(made)
        assert (begin["title"], end["kind"]) == ("phi-ls: installing gguf", "end")
        assert any("Successfully installed" in report["message"] for report in reports)
        listed = {row["backend"]: row for row in (await command(made, "backends"))["backends"]}
        assert (listed["gguf"]["state"], listed["gguf"]["title"]) == ("installed", "llama-cpp-python 0.3.36")


@pytest.mark.parametrize(
    ("name", "argument", "code", "message"),
    [
        pytest.param("installBackend", {}, -32602, "wanted a backend (cuda, directml, cpu, gguf), found ''", id="none"),
        pytest.param("pullModel", {"model": "gpt"}, -32803, "wanted a model id (", id="unknown"),
        pytest.param("pullModel", {"model": "starter"}, -32803, "starter comes with phi-ls", id="starter"),
    ],
)
async def test_what_cannot_be_brought_is_refused_in_one_line(
    name: str, argument: dict[str, Any], code: int, message: str, own: Path
) -> None:
    async with session() as made:
        refused = await command(made, name, **argument, consent=True)
        assert (refused["code"], refused["message"][: len(message)]) == (code, message)


@pytest.mark.skipif(sys.platform == "win32", reason="directml can be installed there")
async def test_a_backend_that_is_not_for_this_machine_says_why(own: Path) -> None:
    async with session() as made:
        refused = await command(made, "installBackend", backend="directml", consent=True)
        assert refused["code"] == -32803
        assert refused["message"].startswith("the directml backend is made for Windows on x86_64, this is ")


def test_the_hosts_are_those_of_the_users_own_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHI_LS_WHEELS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://me:secret@packages.example.org/simple")
    assert package_host() == "packages.example.org"
    monkeypatch.setenv("HF_ENDPOINT", "https://me:secret@models.example.org:8443")
    assert model_host() == "models.example.org:8443"
    monkeypatch.delenv("HF_ENDPOINT")
    assert model_host() == "huggingface.co"
