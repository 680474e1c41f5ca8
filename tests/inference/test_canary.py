"""The first load of a backend: canaries are asked, and a candidate that fails them is passed over and remembered."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import random
import shutil
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from inference.workers import BOUND, events
from phi_ls import wire
from phi_ls.catalog import Build, LocalModel, Model, ModelFile, local_models, read_catalog
from phi_ls.errors import NoBackend
from phi_ls.inference import canary, launch
from phi_ls.inference.records import FORGIVEN_SECONDS, Record, Records
from phi_ls.inference.select import Candidate
from phi_ls.inference.supervisor import Supervisor
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

pytestmark = pytest.mark.e2e

SANE = " value, value, value, value, value, value, value, value]"
LONG_PROMPT = r"(?s).{3000}"
LIMIT = 6.0
"""Seconds that a candidate which hangs is waited for."""


def scripted(folder: Path, name: str, **script: Any) -> Candidate:
    """A candidate whose engine plays a script of its own."""
    (folder / f"{name}.json").write_text(json.dumps({"default": SANE, **script}), encoding="utf-8")
    build = Build(name, ("cpu",), "scripted", "", f"{name}.json", (ModelFile(f"{name}.json", None, None),), 1000, 2)
    model = Model(name, name, "", "phi3", 1, 1, 1, 4096, 2047, (), (build,))
    local = LocalModel(model, build, folder, "")
    return Candidate(name, "scripted", name, "ready", "", local, key=f"key of {name}")


@asynccontextmanager
async def examined(folder: Path, *candidates: Candidate) -> AsyncGenerator[tuple[Supervisor, Records], None]:
    log, records = Journal(str(folder / "journal")), Records(folder / "records.json")
    supervisor = Supervisor(log, lambda: None, records=records)
    supervisor.start(candidates)
    try:
        yield supervisor, records
    finally:
        await supervisor.close()
        log.close()


async def test_a_sane_backend_is_measured_once_and_remembered(tmp_path: Path) -> None:
    first = scripted(tmp_path, "first", token_ms=2, prefill_ms_per_token=0.1)
    async with examined(tmp_path, first) as (supervisor, records):
        await asyncio.wait_for(supervisor.client(), BOUND)
        (shown,) = supervisor.candidates
        record = records.get("key of first")
        assert record is not None
        assert shown.measured == record
        assert [round(tokens, -2) for tokens in record.canaries] == [0, 300, 1500]
        assert record.first_line_ms > record.first_token_ms > 20
        assert 100 < record.decode_per_s < 600
        assert record.memory_mib > 10
    known = replace(first, measured=record)
    async with examined(tmp_path, known) as (supervisor, _records):
        await asyncio.wait_for(supervisor.client(), BOUND)
    asked = [event for event in events(tmp_path / "journal", "worker") if event["state"] == "examined"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param({"load_fails": "crash"}, "the inference worker ended with code -6", id="crashes at load"),
        pytest.param({"load_fails": "hang"}, f"it was not loaded after {LIMIT:.0f} s", id="hangs at load"),
        pytest.param(
            {"default": " \u0416zq \u0416zq ##@@ %% zzzq"},
            "a prompt of 50 tokens was answered with rubbish: ",
            id="garbage",
        ),
        pytest.param({"default": ""}, "a prompt of 50 tokens was answered with rubbish: ''", id="silence"),
        pytest.param(
            {"rules": [{"when": LONG_PROMPT, "text": SANE, "logprob": -8}]},
            "a prompt of 1500 tokens was answered with rubbish: ",
            id="unsure of everything at 1500 tokens",
        ),
        pytest.param(
            {"rules": [{"when": LONG_PROMPT, "fails": "kill"}]},
            "was killed, as systems do for want of memory, saying: a prompt of 1500 tokens was too much for it",
            id="dies of memory at 1500 tokens",
        ),
        pytest.param(
            {"rules": [{"when": LONG_PROMPT, "fails": "BFCArena: out of memory"}]},
            "a prompt of 1500 tokens gave an error: BFCArena: out of memory",
            id="out of memory at 1500 tokens",
        ),
        pytest.param(
            {"rules": [{"when": LONG_PROMPT, "fails": "hang"}]},
            f"a prompt of 1500 tokens was not answered within {LIMIT:.0f} s",
            id="hangs at 1500 tokens",
        ),
    ],
)
async def test_a_broken_candidate_is_passed_over_with_its_reason_and_the_next_one_completes(
    script: dict[str, Any], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "hang" in json.dumps(script):
        monkeypatch.setattr(launch, "LOAD_SECONDS", LIMIT)
        monkeypatch.setattr(canary, "PATIENCE_SECONDS", LIMIT)
        monkeypatch.setattr(canary, "LONGEST_SECONDS", LIMIT / 3)
    broken, spare = scripted(tmp_path, "broken", **script), scripted(tmp_path, "spare")
    async with examined(tmp_path, broken, spare) as (supervisor, records):
        client = await asyncio.wait_for(supervisor.client(), BOUND)
        assert supervisor.running is not None
        assert supervisor.running.model == "spare"
        (refusal,) = supervisor.refusals
        assert refusal.startswith("broken broken: ")
        assert reason in refusal
        remembered = records.get("key of broken")
        assert remembered is not None
        assert reason in remembered.broken
        async with client.generate((wire.Text("go on"),), max_tokens=4) as stream:
            assert "".join([chunk.text async for chunk in stream]) == " value, value,"


async def test_a_clean_refusal_is_not_remembered(tmp_path: Path) -> None:
    candidate = scripted(tmp_path, "refusing", load_fails="the disk was unplugged")
    async with examined(tmp_path, candidate) as (supervisor, records):
        with pytest.raises(NoBackend, match="the disk was unplugged"):
            await asyncio.wait_for(supervisor.client(), BOUND)
        assert records.get("key of refusing") is None


async def test_a_slow_machine_is_not_kept_waiting_for_the_long_canary(tmp_path: Path) -> None:
    slow = scripted(tmp_path, "slow", prefill_ms_per_token=15)
    async with examined(tmp_path, slow) as (supervisor, records):
        await asyncio.wait_for(supervisor.client(), BOUND)
        record = records.get("key of slow")
        assert record is not None
        assert [round(tokens, -2) for tokens in record.canaries] == [0, 300]


@pytest.mark.engine
@pytest.mark.parametrize(("build", "package"), [("onnx-int8", "onnxruntime_genai"), ("gguf-q8_0", "llama_cpp")])
async def test_a_real_model_with_damaged_weights_is_passed_over(build: str, package: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    local = next(item for item in local_models(read_catalog()) if item.model.starter and item.build.id == build)
    folder = tmp_path / "copy"
    folder.mkdir()
    for file in local.build.files:
        shutil.copy(local.folder / file.name, folder / file.name)
    weights = folder / ("model.onnx.data" if build == "onnx-int8" else local.build.main)
    content = bytearray(weights.read_bytes())
    half = len(content) // 2
    content[half : half + 400_000] = random.Random(1).randbytes(400_000)
    weights.write_bytes(bytes(content))
    # Nobody has recorded hashes of these files, so only the canaries can tell.
    unknown = replace(local.build, files=tuple(replace(file, sha256=None) for file in local.build.files))
    damaged = Candidate(
        "damaged", local.build.engine, "m", "ready", "", LocalModel(local.model, unknown, folder, ""), key="d"
    )
    sound = Candidate("sound", local.build.engine, "m", "ready", "", local, key="s")
    async with examined(tmp_path, damaged, sound) as (supervisor, records):
        await asyncio.wait_for(supervisor.client(), 2 * BOUND)
        assert supervisor.running is not None
        assert supervisor.running.backend == "sound", supervisor.refusals
        record = records.get("d")
        assert record is not None
        assert record.broken


def test_records_are_forgiven_after_a_week_and_survive_rubbish_on_the_disk(tmp_path: Path) -> None:
    records = Records(tmp_path / "records.json")
    records.keep("old", Record(broken="crashed", when=time.time() - FORGIVEN_SECONDS - 1))
    records.keep("new", Record(broken="crashed", when=time.time()))
    records.keep("figures", Record(first_line_ms=10, when=0))
    assert sorted(Records(tmp_path / "records.json").all()) == ["figures", "new"]
    (tmp_path / "records.json").write_text("{")
    assert Records(tmp_path / "records.json").all() == {}
