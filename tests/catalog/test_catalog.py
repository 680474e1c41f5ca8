"""The catalogue and the store."""

from pathlib import Path

import pytest

from phi_ls.catalog import LocalModel, local_models, model_at, read_catalog, unverified_hashes, verified
from phi_ls.catalog.receipt import Receipt, StoredFile, write_receipt
from phi_ls.errors import CatalogError, ModelNotFound

PINNED = 40
"""Characters of a commit."""


def starter() -> list[LocalModel]:
    return [local for local in local_models(read_catalog()) if local.model.starter]


def test_every_model_states_what_the_choice_and_the_prompt_need() -> None:
    models = read_catalog()
    assert [model.id for model in models] == [
        "phi-3-mini-4k",
        "phi-3.5-mini",
        "phi-4-mini",
        "phi-3-mini-128k",
        "phi-3-medium-4k",
        "phi-3-medium-128k",
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-0.5b",
        "granite-3b-code",
        "starcoder2-3b",
        "codegemma-2b",
        "deepseek-coder-1.3b",
        "qwen2.5-coder-3b",
        "starter",
    ]
    for model in models:
        assert model.licence
        assert model.safe_context <= model.trained_context
        assert model.end_tokens
        for build in model.builds:
            assert build.files
            assert build.size > 0
            assert build.kv_bytes in (2, 4)


def test_what_could_not_be_confirmed_is_named() -> None:
    for model in read_catalog():
        for build in model.builds:
            facts = {
                "revision": model.starter or len(build.revision) == PINNED,
                "bytes": all(file.size for file in build.files),
                "sha256": all(file.sha256 for file in build.files),
            }
            missing = tuple(name for name, known in facts.items() if not known)
            assert build.unconfirmed == missing, (model.id, build.id)
    remembered = [model.id for model in read_catalog() if "layers" in model.unconfirmed]
    assert remembered == [
        "qwen2.5-coder-1.5b",
        "qwen2.5-coder-0.5b",
        "granite-3b-code",
        "starcoder2-3b",
        "codegemma-2b",
        "deepseek-coder-1.3b",
        "qwen2.5-coder-3b",
    ]


def test_a_key_value_cache_of_phi_3_mini_costs_what_was_measured() -> None:
    phi = read_catalog()[0]
    by_id = {build.id: phi.kv_bytes_per_token(build) for build in phi.builds}
    assert by_id["gguf-q4"] == 384 * 1024
    assert by_id["cpu-int4"] == 786_432


def test_the_starter_ships_whole_in_both_forms() -> None:
    assert [(local.build.id, local.missing) for local in starter()] == [("onnx-int8", ""), ("gguf-q8_0", "")]


def test_a_file_is_verified_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path))
    gguf = starter()[1]
    hashes = unverified_hashes(gguf)
    assert list(hashes) == [""]
    verified(gguf)
    assert unverified_hashes(gguf) == {}


def test_a_store_says_what_is_missing_of_a_build(tmp_path: Path) -> None:
    def missing() -> str:
        found = local_models(read_catalog(), tmp_path)
        return next(local.missing for local in found if local.build.id == "gguf-q4")

    assert missing() == "the model is not on this machine"
    folder = tmp_path / "phi-3-mini-4k" / "gguf-q4"
    folder.mkdir(parents=True)
    (folder / "Phi-3-mini-4k-instruct-q4.gguf").write_bytes(b"GGUF")
    assert (
        missing() == "its files are not complete or were found damaged; `phi-ls models pull phi-3-mini-4k` repairs them"
    )
    file = StoredFile("Phi-3-mini-4k-instruct-q4.gguf", 4, "0", "hub")
    receipt = Receipt(model="phi-3-mini-4k", build="gguf-q4", source="", revision="", files=(file,))
    write_receipt(folder, receipt)
    assert missing() == ""
    (folder / file.name).write_bytes(b"GGUF and more")
    assert missing() == "Phi-3-mini-4k-instruct-q4.gguf has 13 bytes, wanted 4"
    (folder / file.name).unlink()
    assert missing() == f"Phi-3-mini-4k-instruct-q4.gguf is not in {folder}"


def test_a_path_of_the_users_own_is_taken_as_it_is(tmp_path: Path) -> None:
    gguf = starter()[1].load_path
    file = tmp_path / "My Model.gguf"
    file.symlink_to(gguf)
    local = model_at(file)
    assert (local.model.id, local.build.engine, local.load_path) == ("my-model", "llama_cpp", file)
    assert local.model.kv_bytes_per_token(local.build) == 2 * 3 * 4 * 64 * 2
    with pytest.raises(ModelNotFound, match=r"wanted a \.gguf file or a folder with genai_config\.json, found"):
        model_at(tmp_path / "nothing")


def test_a_manifest_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[model]]\nid = "x"\n')
    with pytest.raises(CatalogError, match=r"bad\.toml: wanted \[\[model\]\] tables with builds, found none with '"):
        read_catalog(tmp_path)


def test_every_profile_of_the_catalogue_exists_and_its_tokens_end_a_turn() -> None:
    from phi_ls.prompt import profile

    for model in read_catalog():
        assert profile(model.profile).name == model.profile
        assert all(len(build.revision) in (0, 7, PINNED) for build in model.builds)


def test_a_licence_that_restricts_use_is_marked() -> None:
    restricted = [model.id for model in read_catalog() if model.restricted]
    assert restricted == ["starcoder2-3b", "codegemma-2b", "deepseek-coder-1.3b", "qwen2.5-coder-3b"]


def test_the_key_value_cache_of_each_family_is_what_its_shape_says() -> None:
    kib = {
        model.id: model.kv_bytes_per_token(build) // 1024
        for model in read_catalog()
        for build in model.builds
        if build.engine == "llama_cpp" and build.id != "gguf-fp16"
    }
    assert kib == {
        "phi-3-mini-4k": 384,
        "phi-3.5-mini": 384,
        "phi-4-mini": 128,
        "phi-3-medium-4k": 200,
        "qwen2.5-coder-1.5b": 28,
        "qwen2.5-coder-0.5b": 12,
        "granite-3b-code": 320,
        "starcoder2-3b": 30,
        "codegemma-2b": 18,
        "deepseek-coder-1.3b": 192,
        "qwen2.5-coder-3b": 36,
        "starter": 3,
    }
