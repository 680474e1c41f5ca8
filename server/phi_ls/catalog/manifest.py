"""The catalogue's TOML as data.

A family file has `[[model]]` tables; each model has `[[model.build]]` tables, one per set of files that an engine can
load, and each build has `[[model.build.file]]` tables. A fact that nobody could confirm is named in `unconfirmed`.
A model that the user imported has the same words in JSON, in the store. A user or a team adds families of their own in
a folder `models` beside the settings file.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from phi_ls.errors import CatalogError
from phi_ls.paths import bundled, config_file, models_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


DESCRIPTION = "model.json"
"""The row of an imported model, in its folder of the store."""


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
    unconfirmed: tuple[str, ...] = ()
    """Of `revision`, `bytes` and `sha256` those that nobody could confirm; a pull takes the hub's and records them."""


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
    preference: int = 50
    """The order in which `auto` takes models that are present; lower first."""
    restricted: bool = False
    """The licence restricts use, so a pull asks for consent to it."""
    imported: bool = False
    note: str = ""
    """What a person should know before choosing it."""
    unconfirmed: tuple[str, ...] = ()
    """The words of this row that were not read from the model's own pages."""
    withheld: str = ""
    """Why its completions are not worth showing unasked; empty for a model that is worth it."""

    def kv_bytes_per_token(self, build: Build) -> int:
        """2 x layers x KV heads x head size x bytes per number."""
        return 2 * self.layers * self.kv_heads * self.head_size * build.kv_bytes


def read_catalog(folder: Path | None = None) -> tuple[Model, ...]:
    """Every model that phi-ls knows of: the catalogue's, the user's own rows and imports, as `preference` says.

    With a `folder`, only what it holds. Raises `CatalogError` for a file that is no manifest.
    """
    root = folder or bundled("models")
    models = [model for file in sorted(root.glob("*.toml")) for model in read_family(file)]
    if folder is None:
        added = sorted((config_file().parent / "models").glob("*.toml"))
        models += [model for file in added for model in read_family(file)]
        own = sorted(models_dir().glob(f"*/{DESCRIPTION}"))
        models += [replace(model, imported=True) for file in own for model in read_family(file)]
    models += [model for file in sorted(root.glob("starter/*.toml")) for model in read_family(file)]
    return tuple(sorted(models, key=lambda model: (model.starter, model.preference, model.id)))


def read_family(file: Path) -> tuple[Model, ...]:
    """The models of one TOML or JSON file."""
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
        return tuple(_model(row) for row in content["model"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        wanted = "wanted [[model]] tables with builds"
        found = f"none with {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error}"
        raise CatalogError(f"{file}: {wanted}, found {found}; correct or remove the file") from error


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
        preference=row.get("preference", 50),
        restricted=row.get("restricted", False),
        note=row.get("note", ""),
        unconfirmed=tuple(row.get("unconfirmed", ())),
        withheld=row.get("withheld", ""),
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
        unconfirmed=tuple(row.get("unconfirmed", ())),
    )
