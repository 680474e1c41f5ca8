"""What `phi-ls uninstall` takes away, what it leaves, and what it says of that."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from phi_ls import paths
from phi_ls.cli import main
from phi_ls.inference.installed import backends_dir

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def phi_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "phi"))
    return tmp_path / "phi"


def write(*files: Path) -> None:
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}")


def test_nothing_is_left_but_models_and_settings(phi_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = paths.models_dir() / "phi" / "model.gguf"
    cached, python = paths.cache_dir() / "verified.json", backends_dir() / "gguf" / "python"
    write(model, cached, python, paths.config_file(), paths.log_file())
    assert main(["uninstall"]) == 0
    assert [file for file in sorted(phi_home.rglob("*")) if file.is_file()] == [paths.config_file(), model]
    assert capsys.readouterr().out == (
        f"removed  {paths.cache_dir()}\n"
        f"removed  {paths.log_file().parent}\n"
        f"removed  {backends_dir()}\n"
        f"kept     {paths.models_dir()}  (models; delete the folder if nothing else shall use them)\n"
        f"kept     {paths.config_file()}\n"
        f"next     {sys.executable} -m pip uninstall phi-ls\n"
    )


@pytest.mark.parametrize(
    ("receipt", "command"),
    [("pipx_metadata.json", "pipx uninstall phi-ls"), ("uv-receipt.toml", "uv tool uninstall phi-ls")],
)
def test_the_installer_is_named(
    phi_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    receipt: str,
    command: str,
) -> None:
    write(tmp_path / receipt)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert main(["uninstall"]) == 0
    assert capsys.readouterr().out == f"next     {command}\n"
    assert not phi_home.exists()


def test_an_empty_folder_of_ours_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHI_LS_HOME", str(tmp_path / "phi-ls"))
    write(paths.log_file())
    assert main(["uninstall"]) == 0
    assert "removed" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_names_every_folder(phi_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    said = capsys.readouterr().out
    for place in (paths.models_dir(), backends_dir(), paths.cache_dir(), paths.config_file(), paths.log_file()):
        assert str(place) in said
    assert str(phi_home) in said
