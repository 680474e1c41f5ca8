"""What is generated, and what is said in several places, agrees."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import phi_ls

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "scripts" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = _script()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in generate.PRODUCTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_no_generated_file_has_drifted() -> None:
    drifted = sorted(generate.differences())
    assert drifted == [], "run: python scripts/generate.py"


@pytest.mark.parametrize(
    ("name", "was", "becomes"),
    [
        pytest.param("package.json", '"phi.hover.mode"', '"phi.hover.kind"', id="a-setting-in-the-manifest"),
        pytest.param("package.json", '"default": 75', '"default": 80', id="a-default-in-the-manifest"),
        pytest.param("package.json", '"Restart Server"', '"Restart"', id="a-title-in-the-manifest"),
        pytest.param("extension/src/generated.ts", "phi.server.why", "phi.server.reason", id="an-id-in-typescript"),
        pytest.param("schemas/settings.json", '"maximum": 2000', '"maximum": 9000', id="a-bound-in-the-schema"),
        pytest.param("README.md", "| `phi.backend` |", "| `phi.engine` |", id="a-row-in-the-readme"),
    ],
)
def test_an_edit_by_hand_is_found_and_undone(copy: Path, name: str, was: str, becomes: str) -> None:
    good = (copy / name).read_text(encoding="utf-8")
    assert was in good
    edited = good.replace(was, becomes, 1)
    (copy / name).write_text(edited, encoding="utf-8")
    assert generate.differences(copy) == {name: (edited, good)}


def test_what_stands_outside_the_generated_blocks_is_kept(copy: Path) -> None:
    package = json.loads((copy / "package.json").read_text(encoding="utf-8"))
    package["description"] = "another description"
    (copy / "package.json").write_text(json.dumps(package, indent=2) + "\n", encoding="utf-8")
    assert generate.differences(copy) == {}


def test_a_setting_that_can_name_a_program_or_a_model_is_closed_to_untrusted_workspaces() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    properties = package["contributes"]["configuration"]["properties"]
    machine = [key for key, value in properties.items() if value["scope"] == "machine"]
    assert {"phi.server.python", "phi.backend", "phi.model"} <= set(machine)
    assert package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] == machine


def test_every_file_names_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    said = {
        "pyproject.toml": project["version"],
        "package.json": json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"],
        "package-lock.json": json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["version"],
        "phi_ls.__version__": phi_ls.__version__,
        "CHANGELOG.md": newest.group(1) if newest else None,
    }
    assert said == dict.fromkeys(said, phi_ls.__version__)


def test_the_lock_file_names_no_host_to_fetch_from() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if entry.get("resolved", "").startswith("http")] == []
    assert all(entry.get("integrity") for name, entry in packages.items() if name)
