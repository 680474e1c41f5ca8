"""Wheels made by a test: what pip accepts, and an engine's package that does nothing."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LLAMA_PACKAGE = {
    "llama_cpp/__init__.py": "__version__ = '0.3.36'\n",
    "llama_cpp/llama_cpp.py": """
import ctypes
llama_token = ctypes.c_int32
LLAMA_TOKEN_ATTR_CONTROL = 1
def llama_supports_gpu_offload(): return False
def llama_log_callback(function): return function
""",
}


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> None:
    """A wheel with these files, as pip accepts it."""
    module_name = name.replace("-", "_")
    info = f"{module_name}-{version}.dist-info"
    content = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = io.StringIO()
    for path, text in content.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        csv.writer(rows, lineterminator="\n").writerow([path, f"sha256={digest}", len(text)])
    with zipfile.ZipFile(folder / f"{module_name}-{version}-py3-none-any.whl", "w") as archive:
        for path, text in {**content, f"{info}/RECORD": rows.getvalue() + f"{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
