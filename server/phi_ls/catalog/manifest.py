"""The catalogue's TOML as data.

A family file has `[[model]]` tables; each model has `[[model.build]]` tables, one per set of files that an engine can
load, and each build has `[[model.build.file]]` tables. A fact that nobody could confirm is absent, never guessed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.errors import CatalogError
from phi_ls.paths import bundled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class ModelFile:
    """One file of a build; `size` in bytes and `sha256` in hexadecimal where they are known."""

    name: str
    size: int | None
    sha256: str | None


@dataclass(frozen=True)
class Build:
    """One set of files that one engine loads. `size` is the sum of the files in bytes, as far as known."""

    id: str
    backends: tuple[str, ...]
    engine: str
    precision: str
    main: str
    """The file to load below the build's folder, or "" for the folder itself."""
    files: tuple[ModelFile, ...]
    size: int
    kv_bytes: int
    """Bytes of one number in the KV cache."""
    repository: str = ""
    revision: str = ""
    folder: str = ""
    checked: str = ""
    """When the facts of this row were last compared with their source."""


@dataclass(frozen=True)
class Model:
    """One model. `safe_context` is the longest prompt and answer, in tokens, that both engines compute rightly."""

    id: str
    title: str
    licence: str
    profile: str
    layers: int
    kv_heads: int
    head_size: int
    trained_context: int
    safe_context: int
    end_tokens: tuple[str, ...]
    builds: tuple[Build, ...]
    starter: bool = False
    source: str = ""

    def kv_bytes_per_token(self, build: Build) -> int:
        """2 x layers x KV heads x head size x bytes per number."""
        return 2 * self.layers * self.kv_heads * self.head_size * build.kv_bytes


def read_catalog(folder: Path | None = None) -> tuple[Model, ...]:
    """Every model that phi-ls knows of, the starter last. Raises `CatalogError` for a file that is no manifest."""
    root = folder or bundled("models")
    models = [model for file in sorted(root.glob("*.toml")) for model in read_family(file)]
    models += [model for file in sorted(root.glob("starter/*.toml")) for model in read_family(file)]
    return tuple(models)


def read_family(file: Path) -> tuple[Model, ...]:
    """The models of one TOML file."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(_model(row) for row in content["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        wanted = "wanted [[model]] tables with builds"
        raise CatalogError(f"{file.name}: {wanted}, found {type(error).__name__}: {error}") from error


def _model(row: Mapping[str, Any]) -> Model:
    return Model(
        id=row["id"],
        title=row["title"],
        licence=row["licence"],
        profile=row["profile"],
        layers=row["layers"],
        kv_heads=row["kv_heads"],
        head_size=row["head_size"],
        trained_context=row["trained_context"],
        safe_context=row["safe_context"],
        end_tokens=tuple(row["end_tokens"]),
        builds=tuple(_build(build) for build in row["build"]),
        starter=row.get("starter", False),
        source=row.get("source", ""),
    )


def _build(row: Mapping[str, Any]) -> Build:
    files = tuple(ModelFile(file["name"], file.get("bytes"), file.get("sha256")) for file in row.get("file", ()))
    return Build(
        id=row["id"],
        backends=tuple(row["backends"]),
        engine=row["engine"],
        precision=row["precision"],
        main=row.get("main", ""),
        files=files,
        size=row.get("bytes") or sum(file.size or 0 for file in files),
        kv_bytes=row["kv_bytes"],
        repository=row.get("repository", ""),
        revision=row.get("revision", ""),
        folder=row.get("folder", ""),
        checked=row.get("checked", ""),
    )
