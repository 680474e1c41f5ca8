"""Which builds are on this machine, and which of their files still have to be verified.

A build of the catalogue lies in `models_dir()/<model>/<build>` and is there when its receipt is; the starter ships
with phi-ls. A file that was verified is remembered with its size and time of change, so that two gigabytes are hashed
once and not at every start.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.catalog.inspect import inspect_model
from phi_ls.catalog.manifest import Build, Model, ModelFile
from phi_ls.catalog.places import build_folder, incoming_folder
from phi_ls.catalog.receipt import read_receipt
from phi_ls.paths import bundled, cache_dir, models_dir, write_whole

if TYPE_CHECKING:
    from pathlib import Path

ABSENT = "the model is not on this machine"
"""What a build lacks of which nothing is there."""


@dataclass(frozen=True)
class LocalModel:
    """A build of a model and its folder; `missing` names what is not there, "" when all is."""

    model: Model
    build: Build
    folder: Path
    missing: str

    @property
    def load_path(self) -> Path:
        """What the engine loads: a folder or a file."""
        return self.folder / self.build.main if self.build.main else self.folder


def local_models(models: tuple[Model, ...], store: Path | None = None) -> tuple[LocalModel, ...]:
    """Every build of every model, with what is missing of it; one `stat` per file, nothing is read."""
    root = store or models_dir()
    found = []
    for model in models:
        for build in model.builds:
            folder = bundled("models") / "starter" if model.starter else build_folder(root, model.id, build.id)
            if build.folder and model.starter:
                folder /= build.folder
            found.append(LocalModel(model, build, folder, _missing(model, build, folder)))
    return tuple(found)


def model_at(path: Path) -> LocalModel:
    """A GGUF file or an onnxruntime-genai folder of the user's own. Raises `CatalogError` for anything else."""
    model = inspect_model(path)
    return LocalModel(model, model.builds[0], path.parent if path.is_file() else path, "")


def unfinished_bytes(local: LocalModel) -> int:
    """Bytes of a build that an unfinished pull or import has brought so far."""
    folder = incoming_folder(local.folder.parent.parent, local.model.id, local.build.id)
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def unverified_hashes(local: LocalModel) -> dict[str, str]:
    """sha256 of the files that were not verified since they last changed, by their path below `load_path`.

    The path is "" where `load_path` is the file itself.
    """
    stamps = _read_stamps()
    wanted = {}
    for name, sha256 in _hashes(local).items():
        path = local.folder / name
        stamp = _stamp(path, sha256)
        if stamp is None or stamps.get(str(path)) != stamp:
            wanted["" if name == local.build.main else name] = sha256
    return wanted


def verified(local: LocalModel) -> None:
    """Remember that every file of `local` had the sha256 that its receipt or its manifest names."""
    stamps = _read_stamps()
    for name, sha256 in _hashes(local).items():
        path = local.folder / name
        stamps[str(path)] = _stamp(path, sha256)
    try:
        write_whole(_stamps_file(), json.dumps(stamps))
    except OSError:
        # Nothing is lost but time: the files are hashed again at the next start.
        return


def _hashes(local: LocalModel) -> dict[str, str]:
    """sha256 by file name, as far as anybody knows them; a receipt knows them all."""
    receipt = read_receipt(local.folder)
    if receipt is not None:
        return {file.name: file.sha256 for file in receipt.files}
    return {file.name: file.sha256 for file in local.build.files if file.sha256}


def _missing(model: Model, build: Build, folder: Path) -> str:
    if not model.starter:
        receipt = read_receipt(folder)
        if receipt is None:
            return _not_complete(model, build, folder)
        wanted = tuple(ModelFile(file.name, file.size, file.sha256) for file in receipt.files)
    else:
        wanted = build.files
    for file in wanted:
        path = folder / file.name
        try:
            size = path.stat().st_size
        except OSError:
            return f"{file.name} is not in {folder}"
        if file.size is not None and size != file.size:
            return f"{file.name} has {size} bytes, wanted {file.size}"
    return ""


def _not_complete(model: Model, build: Build, folder: Path) -> str:
    if incoming_folder(folder.parent.parent, model.id, build.id).is_dir():
        return f"its download was not finished; `phi-ls models pull {model.id}` goes on with it"
    if folder.is_dir():
        return f"its files are not complete or were found damaged; `phi-ls models pull {model.id}` repairs them"
    return ABSENT


def _stamp(path: Path, sha256: str) -> list[Any] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns, sha256]


def _stamps_file() -> Path:
    return cache_dir() / "verified.json"


def _read_stamps() -> dict[str, Any]:
    try:
        content = json.loads(_stamps_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
