"""Pulling a model from a hub on the loopback interface: everything that networks and disks do to it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from catalog.hub_server import COMMIT, HubState, folder_files, hub
from catalog.rows import FOLDER, ID, STARTER, command, environment, run, write_row
from phi_ls.catalog import LocalModel, local_models, read_catalog, unverified_hashes
from phi_ls.catalog import pull as pull_build
from phi_ls.catalog.hub import PIECE_BYTES
from phi_ls.catalog.receipt import read_receipt
from phi_ls.errors import DownloadFailed, ModelDamaged, StoreError
from phi_ls.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from phi_ls.catalog import State

pytest.importorskip("huggingface_hub", reason="pulling needs the extra `pull`")

BIG = f"{FOLDER}/model.onnx.data"
QUIET = Journal(None)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    return tmp_path


@pytest.fixture
def state(own: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HubState]:
    with hub(folder_files(STARTER, FOLDER)) as started:
        monkeypatch.setenv("HF_ENDPOINT", started.url)
        write_row(own, started)
        yield started


def tiny() -> LocalModel:
    return next(local for local in local_models(read_catalog()) if local.model.id == ID)


def test_a_pull_brings_verified_files_and_says_how_far_it_is(own: Path, state: HubState) -> None:
    told: list[State] = []
    receipt = pull_build(tiny(), QUIET, listener=told.append)
    local = tiny()
    assert (local.missing, receipt.revision, receipt.source) == ("", COMMIT, f"{state.url[7:]}/someone/tiny")
    assert {file.known_by for file in receipt.files} == {"catalogue"}
    for file in STARTER.iterdir():
        assert (local.folder / file.name).read_bytes() == file.read_bytes()
    assert unverified_hashes(local) == {}
    assert [s.file for s in told if s.doing == "downloading" and s.file == "model.onnx.data"]
    assert (told[-1].doing, told[-1].done) == ("done", told[-1].total)
    assert not list(own.rglob("*.part"))
    asked = {line.split()[1].split("/")[1] for line in state.requests}
    assert asked == {"api", "someone", "cdn"}, "no telemetry and nothing else was asked for"


def test_a_second_pull_asks_nobody(state: HubState) -> None:
    first = pull_build(tiny(), QUIET)
    asked = len(state.requests)
    assert pull_build(tiny(), QUIET) == first
    assert len(state.requests) == asked


def test_the_journal_notes_the_network(own: Path, state: HubState) -> None:
    journal = Journal(str(own / "journal"))
    pull_build(tiny(), journal)
    journal.close()
    (event,) = [json.loads(line) for line in (own / "journal").read_text().splitlines()]
    assert (event["event"], event["purpose"], event["host"]) == ("network", "models pull", state.url[7:])


def test_what_the_catalogue_does_not_know_is_taken_from_the_hub_and_recorded(own: Path, state: HubState) -> None:
    write_row(own, state, hashes=False, revision=COMMIT[:7])
    receipt = pull_build(tiny(), QUIET)
    assert receipt.revision == COMMIT
    by_name = {file.name: file for file in receipt.files}
    assert by_name["model.onnx.data"].sha256 == state.sha256(BIG)
    assert by_name["genai_config.json"].sha256 == state.sha256(f"{FOLDER}/genai_config.json")
    assert {file.known_by for file in receipt.files} == {"hub"}


@pytest.mark.parametrize("name", ["model.onnx.data", "genai_config.json"])
@pytest.mark.parametrize("hashes", [True, False], ids=["hash of the catalogue", "hash of the hub"])
def test_a_flipped_byte_is_found_and_the_store_stays_usable(
    name: str, hashes: bool, own: Path, state: HubState
) -> None:
    write_row(own, state, hashes=hashes)
    path = f"{FOLDER}/{name}"
    right = state.files[path]
    state.files[path] = bytes([right[0] ^ 1]) + right[1:]
    with pytest.raises(ModelDamaged, match=f"model file {name}: wanted (sha256|git blob) .*; import or pull"):
        pull_build(tiny(), QUIET)
    assert tiny().missing == f"its download was not finished; `phi-ls models pull {ID}` goes on with it"
    state.files[path] = right
    pull_build(tiny(), QUIET)
    assert tiny().missing == ""


def test_a_connection_that_breaks_is_taken_up_again_at_once(state: HubState) -> None:
    state.cut_after = 1_000_000
    pull_build(tiny(), QUIET)
    assert tiny().missing == ""
    begins = [int(line.split()[2][len("bytes=") : -1]) for line in state.downloads(BIG)[1:]]
    assert begins == sorted(set(begins))
    assert all(later - earlier >= 1_000_000 - PIECE_BYTES for earlier, later in pairwise([0, *begins]))


def test_a_connection_that_stays_away_is_one_clear_line_and_the_next_pull_goes_on(own: Path, state: HubState) -> None:
    state.refuse_after = 1_000_000
    ended = run(own, state, "models", "pull", ID)
    assert ended.returncode == 1
    *_, last = ended.stderr.splitlines()
    assert last.startswith(f"phi-ls models: wanted someone/tiny, {BIG}, from 127.0.0.1:")
    assert "found no connection that lasts" in last
    assert last.endswith("run the same command again, it goes on where it stopped")
    assert tiny().missing == f"its download was not finished; `phi-ls models pull {ID}` goes on with it"
    state.refuse_after = 0
    assert run(own, state, "models", "pull", ID).returncode == 0
    assert state.sent <= sum(map(len, state.files.values())) + PIECE_BYTES
    assert tiny().missing == ""


def test_a_pull_that_is_killed_at_half_goes_on_where_it_was(own: Path, state: HubState) -> None:
    total = sum(map(len, state.files.values()))
    state.bytes_per_second = 1_500_000
    process = subprocess.Popen(
        command("models", "pull", ID), env=environment(own, state), stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    deadline = time.monotonic() + 60
    while state.sent < total / 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    held = sum(file.stat().st_size for file in (own / "data" / "models" / ".incoming").rglob("*") if file.is_file())
    assert held > total / 3
    assert tiny().missing == f"its download was not finished; `phi-ls models pull {ID}` goes on with it"
    state.bytes_per_second = 0
    state.sent = 0
    ended = run(own, state, "models", "pull", ID)
    assert ended.returncode == 0, ended.stderr
    assert tiny().missing == ""
    assert state.sent < total - held + PIECE_BYTES
    assert any("bytes=" in line for line in state.downloads(BIG))


def test_two_pulls_at_once_do_the_work_once(own: Path, state: HubState) -> None:
    state.bytes_per_second = 3_000_000
    both = [
        subprocess.Popen(
            command("models", "pull", ID),
            env=environment(own, state),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=100) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("another phi-ls pulls it; waiting" in err for _, err in said) == [False, True]
    assert [len(state.downloads(path)) for path in state.files] == [1] * len(state.files)


def test_a_disk_without_room_is_found_before_anything_comes(state: HubState, monkeypatch: pytest.MonkeyPatch) -> None:
    from phi_ls.catalog import places

    monkeypatch.setattr(places.shutil, "disk_usage", lambda _path: _Usage())
    with pytest.raises(StoreError, match=r"wanted 6\.\d+ MB in .* and 16\.\d+ MB in reserve, found 2\.00 MB free"):
        pull_build(tiny(), QUIET)
    assert not state.downloads(BIG)


class _Usage:
    free = 2_000_000


def test_a_disk_that_fills_up_costs_one_line_and_the_store_goes_on(
    own: Path, state: HubState, tmp_path_factory: pytest.TempPathFactory
) -> None:
    small = tmp_path_factory.mktemp("small")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=26m", "tmpfs", str(small)], check=False, capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("a small file system can only be mounted by root")
    try:
        (small / "config").symlink_to(own / "config")
        # There is room when the pull begins, and something else takes it while the pull runs.
        state.bytes_per_second = 2_000_000
        process = subprocess.Popen(
            command("models", "pull", ID), env=environment(small, state), stderr=subprocess.PIPE, text=True
        )
        while state.sent < 500_000:
            assert process.poll() is None
            time.sleep(0.01)
        _fill(small / "others")
        _, err = process.communicate(timeout=60)
        assert process.returncode == 1
        *_, last = err.splitlines()
        assert last.startswith("phi-ls models: wanted ")
        assert last.endswith("No space left on device; make room and pull again, what came is kept")
        (small / "others").unlink()
        state.bytes_per_second = 0
        ended = run(small, state, "models", "pull", ID)
        assert ended.returncode == 0, ended.stderr
    finally:
        subprocess.run(["umount", str(small)], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(1 << 16))
        except OSError as error:
            assert error.errno == errno.ENOSPC


def test_a_hub_that_contradicts_the_catalogue_gives_nothing(own: Path, state: HubState) -> None:
    row = own / "config" / "models" / "tiny.toml"
    row.write_text(row.read_text().replace(state.sha256(BIG), "0" * 64))
    with pytest.raises(
        DownloadFailed, match=r"wanted cpu/int4/model\.onnx\.data with sha256 0000.*; it is not downloaded"
    ):
        pull_build(tiny(), QUIET)
    assert state.sent == 0


def test_a_file_that_the_repository_lacks_is_named(own: Path, state: HubState) -> None:
    row = own / "config" / "models" / "tiny.toml"
    row.write_text(row.read_text() + '\n[[model.build.file]]\nname = "more.json"\n')
    with pytest.raises(
        DownloadFailed, match=r"wanted cpu/int4/more\.json in someone/tiny at 0123456789ab, found no such"
    ):
        pull_build(tiny(), QUIET)


def test_a_hub_that_is_no_address_is_named(own: Path, state: HubState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    with pytest.raises(DownloadFailed, match=r"in HF_ENDPOINT, found 'nonsense'$"):
        pull_build(tiny(), QUIET)


def test_a_hub_that_is_not_there_is_one_clear_line(own: Path, state: HubState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(
        DownloadFailed, match=r"^wanted someone/tiny, its list of files, from 127\.0\.0\.1:9, found no conn"
    ):
        pull_build(tiny(), QUIET)


def test_a_token_is_passed_to_the_hub(own: Path, state: HubState) -> None:
    state.token = "hf_" + "x" * 20
    ended = run(own, state, "models", "pull", ID)
    assert ended.returncode == 1
    assert "consent on its page and for a token (HF_TOKEN)" in ended.stderr
    assert run(own, state, "models", "pull", ID, HF_TOKEN=state.token).returncode == 0


def test_a_restricting_licence_asks_for_consent(own: Path, state: HubState) -> None:
    write_row(own, state, more="restricted = true")
    refused = run(own, state, "models", "pull", ID)
    assert refused.returncode == 1
    assert refused.stderr == (
        "phi-ls models: tiny comes under a licence that restricts its use (MIT); read it at somewhere, "
        "then add --accept-licence\n"
    )
    assert not state.requests
    assert run(own, state, "models", "pull", ID, "--accept-licence").returncode == 0


def test_another_commit_starts_anew(own: Path, state: HubState) -> None:
    state.cut_after = 1_000_000
    local = tiny()
    incoming = own / "data" / "models" / ".incoming" / f"{ID}--cpu-int4"
    incoming.mkdir(parents=True)
    (incoming / "plan.json").write_text('{"commit": "another", "files": {}}')
    (incoming / "model.onnx.data.part").write_bytes(b"x" * 1000)
    state.cut_after = 0
    pull_build(local, QUIET)
    assert not any("bytes=" in line for line in state.downloads(BIG))
    assert read_receipt(local.folder) is not None
