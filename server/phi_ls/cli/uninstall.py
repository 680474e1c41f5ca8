"""`phi-ls uninstall`: leave nothing behind but what is dear or the user's own."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.errors import UsageError
from phi_ls.inference.installed import backends_dir
from phi_ls.paths import cache_dir, config_file, log_file, models_dir

if TYPE_CHECKING:
    import argparse

_RECEIPTS = {"pipx_metadata.json": "pipx uninstall phi-ls", "uv-receipt.toml": "uv tool uninstall phi-ls"}
"""A file that an installer leaves in the environment that it made, and how it removes that."""


def run(_options: argparse.Namespace) -> int:
    """Remove caches, logs and the environments of backends; name what stays and who removes the program."""
    for folder in (cache_dir(), log_file().parent, backends_dir()):
        if folder.exists():
            _remove(folder)
            print(f"removed  {folder}")
    for kept, why in ((models_dir(), "models; delete the folder if nothing else shall use them"), (config_file(), "")):
        if kept.exists():
            print(f"kept     {kept}{f'  ({why})' if why else ''}")
    by = next((command for name, command in _RECEIPTS.items() if (Path(sys.prefix) / name).exists()), "")
    print(f"next     {by or f'{sys.executable} -m pip uninstall phi-ls'}")
    return 0


def _remove(folder: Path) -> None:
    """The folder, and the one of phi-ls around it once that is empty."""
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise UsageError(
            f"wanted to remove {folder}, found {error.strerror or error}; close your editors first"
        ) from error
    if folder.parent.name == "phi-ls" and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
