"""What is typed: five files of the running Python's standard library, of different kinds."""

from __future__ import annotations

import sysconfig
from pathlib import Path

NAMES = ("argparse.py", "configparser.py", "shutil.py", "tempfile.py", "textwrap.py")


def standard_files() -> list[Path]:
    """Their paths. Raises `FileNotFoundError` where the standard library is not there as source."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [folder / name for name in NAMES]
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"wanted the standard library's {file.name}, found none in its folder")
    return files
