"""Which builds are on this machine, and which of their files still have to be verified.

A build of the catalogue lies in `models_dir()/<model>/<build>`; the starter ships with phi-ls. A file that was verified
is remembered with its size and time of change, so that two gigabytes are hashed once and not at every start.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from phi_ls.catalog.manifest import Build, Model, ModelFile
from phi_ls.errors import ModelNotFound
from phi_ls.paths import bundled, cache_dir, models_dir

if TYPE_CHECKING:
    from pathlib import Path


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
            folder = bundled("models") / "starter" if model.starter else root / model.id / build.id
            if build.folder and model.starter:
                folder /= build.folder
            found.append(LocalModel(model, build, folder, _missing(build, folder)))
    return tuple(found)


def model_at(path: Path) -> LocalModel:
    """A GGUF file or an onnxruntime-genai folder of the user's own. Raises `ModelNotFound` for anything else.

    Nothing is known of its shape, so the cautious context of the 4k models is assumed and the prompt is Phi-3's.
    """
    if path.is_file() and path.suffix.lower() == ".gguf":
        engine, backends, main = "llama_cpp", ["gguf"], path.name
        folder, size = path.parent, path.stat().st_size
    elif (path / "genai_config.json").is_file():
        engine, backends, main = "onnx_genai", ["cpu", "cuda", "directml"], ""
        folder, size = path, sum(file.stat().st_size for file in path.iterdir() if file.is_file())
    else:
        raise ModelNotFound(
            f"wanted a .gguf file or a folder with genai_config.json, found {path}; "
            "see `phi-ls doctor` for the models that are here"
        )
    build = Build("local", tuple(backends), engine, "unknown", main, (), size, 0)
    model = Model(
        id=path.stem,
        title=path.name,
        licence="unknown",
        profile="phi3",
        layers=0,
        kv_heads=0,
        head_size=0,
        trained_context=0,
        safe_context=2047,
        end_tokens=("<|end|>", "<|endoftext|>"),
        builds=(build,),
    )
    return LocalModel(model, build, folder, "")


def unverified_hashes(local: LocalModel) -> dict[str, str]:
    """sha256 of the files that were not verified since they last changed, by their path below `load_path`.

    The path is "" where `load_path` is the file itself.
    """
    stamps = _read_stamps()
    wanted = {}
    for file in local.build.files:
        path = local.folder / file.name
        if file.sha256 and stamps.get(str(path)) != _stamp(path, file):
            wanted["" if file.name == local.build.main else file.name] = file.sha256
    return wanted


def verified(local: LocalModel) -> None:
    """Remember that every file of `local` had the sha256 that its manifest names."""
    stamps = _read_stamps()
    for file in local.build.files:
        path = local.folder / file.name
        if file.sha256:
            stamps[str(path)] = _stamp(path, file)
    target = _stamps_file()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(stamps), encoding="utf-8")
        temporary.replace(target)
    except OSError:
        # Nothing is lost but time: the files are hashed again at the next start.
        return


def _missing(build: Build, folder: Path) -> str:
    if not folder.is_dir():
        return "the model is not on this machine"
    for file in build.files:
        path = folder / file.name
        try:
            size = path.stat().st_size
        except OSError:
            return f"{file.name} is not in {folder}"
        if file.size is not None and size != file.size:
            return f"{file.name} has {size} bytes, wanted {file.size}"
    return "" if build.files else "its files are not listed in the catalogue"


def _stamp(path: Path, file: ModelFile) -> list[Any]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, file.sha256]


def _stamps_file() -> Path:
    return cache_dir() / "verified.json"


def _read_stamps() -> dict[str, Any]:
    try:
        content = json.loads(_stamps_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
