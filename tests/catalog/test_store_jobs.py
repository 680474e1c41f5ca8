"""Importing, verifying and removing models, and a store that needs no network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from catalog.rows import STARTER, command, environment, run, write_row
from phi_ls.catalog import ABSENT, LocalModel, check_build, import_model, local_models, read_catalog, remove_build
from phi_ls.catalog.hub import Hub
from phi_ls.errors import CatalogError, ModelNotFound, StoreError
from phi_ls.paths import bundled

if TYPE_CHECKING:
    from pathlib import Path

GGUF = bundled("models") / "starter" / "starter-q8_0.gguf"
FILES = len(list(STARTER.iterdir()))


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def here(id_: str) -> LocalModel:
    return next(local for local in local_models(read_catalog()) if local.model.id == id_)


def test_a_folder_becomes_a_model_of_its_own_with_the_facts_of_its_files(own: Path) -> None:
    receipt = import_model(STARTER, id_="mine", profile="starter")
    local = here("mine")
    assert (receipt.model, receipt.build, len(receipt.files)) == ("mine", "local", FILES)
    assert (local.missing, local.model.imported, local.model.profile) == ("", True, "starter")
    assert (local.model.layers, local.model.kv_heads, local.model.head_size) == (3, 4, 64)
    assert local.build.backends == ("cpu", "cuda", "directml")
    assert local.build.size == sum(file.stat().st_size for file in STARTER.iterdir())


def test_a_gguf_file_becomes_a_model_and_its_head_says_what_it_is(own: Path) -> None:
    import_model(GGUF, id_="my-gguf")
    local = here("my-gguf")
    assert local.load_path.read_bytes() == GGUF.read_bytes()
    assert (local.model.layers, local.model.kv_heads, local.model.head_size) == (3, 4, 64)
    assert (local.model.profile, local.build.engine, local.build.backends) == ("phi3", "llama_cpp", ("gguf",))


def test_files_of_the_catalogue_are_recognised_by_their_hashes(own: Path, tmp_path: Path) -> None:
    import hashlib

    from catalog.hub_server import HubState

    state = HubState({f"cpu/int4/{file.name}": file.read_bytes() for file in STARTER.iterdir()})
    write_row(own, state)
    folder = tmp_path / "a copy"
    shutil.copytree(STARTER, folder)
    (folder / "README.md").write_text("not part of the build")
    receipt = import_model(folder)
    assert (receipt.model, receipt.build) == ("tiny", "cpu-int4")
    assert sorted(file.name for file in receipt.files) == sorted(file.name for file in STARTER.iterdir())
    assert here("tiny").missing == ""
    data = hashlib.sha256((STARTER / "model.onnx.data").read_bytes()).hexdigest()
    assert data in {file.sha256 for file in receipt.files}


def test_a_pointer_of_git_lfs_is_refused(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    shutil.copytree(STARTER, folder)
    (folder / "model.onnx.data").write_bytes(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3439616\n"
    )
    with pytest.raises(CatalogError, match=r"found model\.onnx\.data as a pointer of git-lfs; run `git lfs pull`"):
        import_model(folder)
    assert not (own / "data" / "models").exists()


def test_what_is_no_model_is_refused_in_one_line(own: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    with pytest.raises(ModelNotFound, match=r"wanted a \.gguf file or a folder with genai_config\.json, found .*note"):
        import_model(tmp_path / "note.txt")
    (tmp_path / "cut.gguf").write_bytes(GGUF.read_bytes()[:100])
    with pytest.raises(CatalogError, match=r"wanted a GGUF file, found .*cut\.gguf without a readable head"):
        import_model(tmp_path / "cut.gguf")


def test_an_id_of_the_catalogue_is_not_taken_by_other_files(own: Path) -> None:
    with pytest.raises(CatalogError, match=r"wanted a new id, found 'phi-3-mini-4k' in the catalogue with other files"):
        import_model(GGUF, id_="phi-3-mini-4k")


@pytest.mark.parametrize(
    ("tokens", "profile"),
    [
        pytest.param(["<|fim_prefix|>", "<|repo_name|>"], "fim-qwen", id="qwen"),
        pytest.param(["<fim_prefix>", "<fim_pad>"], "fim-starcoder", id="starcoder"),
        pytest.param(["<|fim_prefix|>", "<|file_separator|>"], "fim-codegemma", id="codegemma"),
        pytest.param(["<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>"], "fim-deepseek", id="deepseek"),
        pytest.param(["<|end|>"], "phi3", id="phi-3"),
    ],
)
def test_the_vocabulary_decides_how_a_model_is_prompted(tokens: list[str], profile: str) -> None:
    from phi_ls.catalog.inspect import profile_of

    assert profile_of(frozenset(tokens)) == profile


def test_a_flipped_byte_is_found_and_the_build_is_no_longer_used(own: Path) -> None:
    import_model(GGUF, id_="mine")
    local = here("mine")
    assert [finding.wrong for finding in check_build(local)] == [""]
    content = bytearray(local.load_path.read_bytes())
    content[2_000_000] ^= 1
    local.load_path.write_bytes(bytes(content))
    (finding,) = check_build(local)
    assert finding.wrong.startswith("wanted sha256 df205f52bbc8..., found ")
    assert "found damaged" in here("mine").missing
    import_model(GGUF, id_="mine")
    assert here("mine").missing == ""


def test_a_model_is_removed_with_all_its_files(own: Path) -> None:
    import_model(GGUF, id_="mine")
    assert remove_build(here("mine")) > GGUF.stat().st_size
    assert not (own / "data" / "models" / "mine").exists()
    assert "mine" not in [model.id for model in read_catalog()]


@pytest.mark.parametrize("name", ["../../mine", ".", ".locks", "a b", "a/b", "a\nb", "x" * 81])
def test_an_id_is_the_name_of_a_folder_in_the_store_and_nothing_else(name: str, own: Path) -> None:
    with pytest.raises(CatalogError, match="wanted an id of letters, digits, and "):
        import_model(GGUF, id_=name)
    assert not own.exists()


def test_a_profile_that_nobody_knows_is_refused_before_anything_is_copied(own: Path) -> None:
    ended = run(own, None, "models", "import", str(GGUF), "--profile", "nonsense")
    assert ended.returncode == 1
    assert ended.stderr.startswith("phi-ls models: wanted a prompt profile (starter, ")
    assert not (own / "data").exists()


def test_the_starter_cannot_be_removed(own: Path) -> None:
    with pytest.raises(StoreError, match="ships with phi-ls; it cannot be removed"):
        remove_build(here("starter"))


def test_the_commands_say_what_they_did(own: Path) -> None:
    assert run(own, None, "models", "import", str(GGUF), "--id", "mine").stdout == (
        "mine local is here: 1 file; --model mine takes it\n"
    )
    assert run(own, None, "models", "verify", "mine").stdout == "mine local: every file is as it should be\n"
    listed = json.loads(run(own, None, "models", "list", "--json").stdout)
    assert {"starter", "mine", "phi-3-mini-4k"} <= {row["model"] for row in listed}
    assert {row["model"] for row in listed if row["here"]} == {"starter", "mine"}
    removed = run(own, None, "models", "remove", "mine").stdout
    assert removed.startswith("mine local: removed, ")
    assert removed.endswith(" MB are free again\n")
    run(own, None, "models", "import", str(GGUF), "--id", "mine")
    (row,) = json.loads(run(own, None, "models", "remove", "mine", "--json").stdout)
    assert (row["model"], row["here"], row["missing"]) == ("mine", False, ABSENT)
    again = run(own, None, "models", "remove", "mine")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert again.stderr.startswith("phi-ls models: wanted a model id (")


def test_a_damaged_build_ends_verify_with_1(own: Path) -> None:
    import_model(GGUF, id_="mine")
    path = here("mine").load_path
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    ended = run(own, None, "models", "verify", "mine")
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"mine local: {GGUF.name}: wanted sha256 df205f52bbc8")


AUDIT = """
import sys
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        sys.stderr.write("NETWORK " + event + "\\n")
        sys.stderr.flush()
sys.addaudithook(hook)
"""


@pytest.mark.e2e
@pytest.mark.parametrize("arguments", [["complete", "{file}", "--at", "2:5"], ["models", "verify"], ["doctor"]])
def test_with_the_network_cut_everything_that_is_here_works_and_nothing_tries_to_connect(
    arguments: list[str], own: Path, tmp_path: Path
) -> None:
    cut = ["unshare", "-n"] if sys.platform == "linux" else []
    if cut and subprocess.run([*cut, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("a network namespace of its own needs root")
    import_model(GGUF, id_="mine", profile="starter")
    (tmp_path / "sitecustomize.py").write_text(AUDIT)
    file = tmp_path / "a.py"
    file.write_text("def add(a, b):\n    \n")
    ended = subprocess.run(
        [*cut, *command(*(argument.replace("{file}", str(file)) for argument in arguments))],
        env=environment(own, None, PYTHONPATH=str(tmp_path), PHI_LS_JOURNAL=str(tmp_path / "journal")),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "NETWORK" not in ended.stderr
    journal = tmp_path / "journal"
    events = [json.loads(line)["event"] for line in journal.read_text().splitlines()] if journal.exists() else []
    assert "network" not in events


def test_the_hub_is_imported_for_a_pull_only() -> None:
    clients = "[name for name in sys.modules if name.startswith(('huggingface', 'httpx', 'requests'))]"
    code = f"import sys, phi_ls.cli.models, phi_ls.lsp; print({clients})"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
    assert Hub.__module__ == "phi_ls.catalog.hub"
