"""Where phi-ls keeps things, and how it writes and removes them: only below the user's own platform directories.

`PHI_LS_HOME=FOLDER` puts all of them below one folder; tests and portable installs use it. Without that and without a
home folder each of them raises `UsageError`.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from phi_ls.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

APP = "phi-ls"


def data_dir() -> Path:
    """Models and backend environments: large, kept until the user removes them."""
    return _below_home("data") or _of_system(platformdirs.user_data_dir)


def cache_dir() -> Path:
    """What can be made again: verification stamps, cached explanations."""
    return _below_home("cache") or _of_system(platformdirs.user_cache_dir)


def config_file() -> Path:
    """The user's own settings, for editors that pass none."""
    folder = _below_home("config") or _of_system(platformdirs.user_config_dir)
    return folder / "settings.json"


def log_file() -> Path:
    """The rotating log of the server."""
    folder = _below_home("log") or _of_system(platformdirs.user_log_dir)
    return folder / "phi-ls.log"


def models_dir() -> Path:
    """The model store, shared by all editors."""
    return data_dir() / "models"


def bundled(name: str) -> Path:
    """A folder that ships with phi-ls: beside the package in a wheel, at the top of a checkout."""
    package = Path(__file__).parent
    shipped = package / "_data" / name
    return shipped if shipped.exists() else package.parent.parent / name


def write_whole(file: Path, text: str) -> None:
    """Write `file` so that who reads it finds the old text or the new one, never a part. Raises `OSError`."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def remove_folder(folder: Path) -> None:
    """Remove `folder`. It disappears under its name at once, so nobody finds half of it. Raises `OSError`."""
    grave = folder.with_name(f".{folder.name.strip('.')}.removed.{os.getpid()}")
    folder.replace(grave)
    shutil.rmtree(grave)


def _of_system(folder: Callable[..., str]) -> Path:
    try:
        found = Path(folder(APP, appauthor=False))
    except RuntimeError:
        found = Path()
    # Some versions of platformdirs raise without a home folder, others answer "~/...".
    if not found.is_absolute():
        raise UsageError("wanted a home folder, found none; set HOME, or PHI_LS_HOME to a folder for all that is kept")
    return found


def _below_home(name: str) -> Path | None:
    home = os.environ.get("PHI_LS_HOME")
    return Path(home) / name if home else None
