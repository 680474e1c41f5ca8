"""Take a model file or folder of the user's into the store, without any network.

Files that are those of a catalogue's build, by their hashes, become that build. Everything else becomes a model of its
own, described by what its files say.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from typing import TYPE_CHECKING

from phi_ls.catalog.hashing import sha256_of
from phi_ls.catalog.inspect import inspect_model
from phi_ls.catalog.manifest import DESCRIPTION, Build, Model, ModelFile, read_catalog
from phi_ls.catalog.places import build_folder, check_space, incoming_folder, locked, settle
from phi_ls.catalog.progress import Progress
from phi_ls.catalog.receipt import Receipt, StoredFile, read_receipt, write_receipt
from phi_ls.errors import CatalogError, ModelDamaged, StoreError
from phi_ls.paths import models_dir, write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from phi_ls.catalog.progress import State

BLOCK_BYTES = 4 << 20


def import_model(
    path: Path, *, id_: str = "", profile: str = "", listener: Callable[[State], None] | None = None
) -> Receipt:
    """Copy the model at `path` into the store; the receipt names it. Raises `CatalogError` and its kinds."""
    model = inspect_model(path, id_=id_, profile=profile)
    sources = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.is_file())
    sources = [file for file in sources if not file.name.startswith("phi-ls-receipt")]
    progress = Progress(3 * sum(file.stat().st_size for file in sources), listener)
    hashes = {}
    for file in sources:
        progress.begin("reading", file.name)
        hashes[file] = sha256_of(file, progress.grow)
    found = None if id_ or profile else _in_catalogue(hashes)
    if found is None:
        _refuse_known_id(model)
        files = tuple(ModelFile(file.name, file.stat().st_size, digest) for file, digest in hashes.items())
        model = dataclasses.replace(model, builds=(dataclasses.replace(model.builds[0], files=files),))
        found = model, model.builds[0], {file.name: file for file in sources}
    try:
        return _store(*found, hashes=hashes, progress=progress)
    except OSError as error:
        raise StoreError(f"wanted to copy {path} into {models_dir()}, found {error.strerror or error}") from error


def _in_catalogue(hashes: dict[Path, str]) -> tuple[Model, Build, dict[str, Path]] | None:
    """The build whose files these are, and which file stands for which."""
    by_hash = {digest: file for file, digest in hashes.items()}
    for model in read_catalog():
        for build in model.builds:
            known = {file.name: by_hash.get(file.sha256 or "") for file in build.files}
            if model.starter or not known or None in known.values():
                continue
            return model, build, {name: file for name, file in known.items() if file is not None}
    return None


def _refuse_known_id(model: Model) -> None:
    for other in read_catalog():
        if other.id == model.id and not other.imported:
            raise CatalogError(
                f"wanted a new id, found {model.id!r} in the catalogue with other files; choose one with --id"
            )


def _store(
    model: Model, build: Build, sources: dict[str, Path], *, hashes: dict[Path, str], progress: Progress
) -> Receipt:
    store = models_dir()
    folder = build_folder(store, model.id, build.id)
    incoming = incoming_folder(store, model.id, build.id)
    with locked(store, model.id, build.id, lambda: progress.begin("waiting for another phi-ls", "")):
        wanted = {hashes[file] for file in sources.values()}
        there = read_receipt(folder)
        if there is not None and {file.sha256 for file in there.files} == wanted:
            return there
        check_space(incoming, sum(file.stat().st_size for file in sources.values()))
        shutil.rmtree(incoming, ignore_errors=True)
        incoming.mkdir(parents=True)
        stored = []
        for name, file in sources.items():
            progress.begin("copying", name)
            _copy(file, incoming / name, progress)
            progress.begin("verifying", name)
            digest = sha256_of(incoming / name, progress.grow)
            if digest != hashes[file]:
                raise ModelDamaged(name, wanted="the copy to be the same", found="other bytes")
            stored.append(StoredFile(name, file.stat().st_size, digest, "import"))
        receipt = Receipt(model=model.id, build=build.id, source="import", revision="", files=tuple(stored))
        write_receipt(incoming, receipt)
        if model.builds[0].id == "local":
            _describe(model, folder.parent)
        settle(incoming, folder)
    return receipt


def _copy(source: Path, target: Path, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("wb") as write:
        while block := read.read(BLOCK_BYTES):
            write.write(block)
            progress.grow(len(block))


def _describe(model: Model, folder: Path) -> None:
    """The model's row, in the words of the catalogue, beside its build."""
    row = dataclasses.asdict(model)
    builds = row.pop("builds")
    for build in builds:
        build["bytes"] = build.pop("size")
        build["file"] = [
            {"name": file["name"], "bytes": file["size"], "sha256": file["sha256"]} for file in build.pop("files")
        ]
    row["build"] = builds
    write_whole(folder / DESCRIPTION, json.dumps({"model": [row]}, indent=2))
