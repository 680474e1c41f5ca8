"""The catalogue and the store."""

from pathlib import Path

import pytest

from phi_ls.catalog import LocalModel, local_models, model_at, read_catalog, unverified_hashes, verified
from phi_ls.errors import CatalogError, ModelNotFound

PINNED = 40
"""Characters of a commit."""


def starter() -> list[LocalModel]:
    return [local for local in local_models(read_catalog()) if local.model.starter]


def test_every_model_states_what_the_choice_and_the_prompt_need() -> None:
    models = read_catalog()
    assert [model.id for model in models] == ["phi-3-mini-4k", "phi-3-mini-128k", "starter"]
    for model in models:
        assert model.licence
        assert model.safe_context <= model.trained_context
        assert model.end_tokens
        for build in model.builds:
            assert build.files
            assert build.size > 0
            assert build.kv_bytes in (2, 4)


def test_a_key_value_cache_of_phi_3_mini_costs_what_was_measured() -> None:
    phi = read_catalog()[0]
    by_id = {build.id: phi.kv_bytes_per_token(build) for build in phi.builds}
    assert by_id["gguf-q4"] == 384 * 1024
    assert by_id["cpu-int4"] == 786_432


def test_the_starter_ships_whole_in_both_forms() -> None:
    assert [(local.build.id, local.missing) for local in starter()] == [("onnx-int4", ""), ("gguf-q8_0", "")]


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
    assert missing() == f"Phi-3-mini-4k-instruct-q4.gguf is not in {folder}"
    (folder / "Phi-3-mini-4k-instruct-q4.gguf").write_bytes(b"version https://git-lfs")
    assert missing() == "Phi-3-mini-4k-instruct-q4.gguf has 23 bytes, wanted 2393231072"


def test_a_path_of_the_users_own_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "my.gguf"
    file.write_bytes(b"GGUF")
    local = model_at(file)
    assert (local.model.id, local.build.engine, local.load_path) == ("my", "llama_cpp", file)
    with pytest.raises(ModelNotFound, match=r"wanted a \.gguf file or a folder with genai_config\.json, found"):
        model_at(tmp_path / "nothing")


def test_a_manifest_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[model]]\nid = "x"\n')
    with pytest.raises(CatalogError, match=r"bad\.toml: wanted \[\[model\]\] tables with builds, found KeyError"):
        read_catalog(tmp_path)
