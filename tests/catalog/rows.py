"""A catalogue row of the test's own, whose files the loopback hub has, and commands as processes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from phi_ls.paths import bundled

if TYPE_CHECKING:
    from pathlib import Path

    from catalog.hub_server import HubState

STARTER = bundled("models") / "starter" / "onnx-int8"
FOLDER = "cpu/int4"
ID = "tiny"


def write_row(home: Path, state: HubState, *, revision: str = "", hashes: bool = True, more: str = "") -> None:
    """Add the model "tiny" to the catalogue of the user whose home this is."""
    lines = [
        "[[model]]",
        f'id = "{ID}"\ntitle = "the starter from a hub"\nlicence = "MIT"\nprofile = "starter"\nsource = "somewhere"',
        "layers = 3\nkv_heads = 4\nhead_size = 64\ntrained_context = 2048\nsafe_context = 2047",
        f'end_tokens = ["<|end|>"]\n{more}',
        "[[model.build]]",
        'id = "cpu-int4"\nbackends = ["cpu"]\nengine = "onnx_genai"\nprecision = "int4"\nkv_bytes = 4',
        f'repository = "someone/tiny"\nrevision = "{revision or state.commit}"\nfolder = "{FOLDER}"',
    ]
    for path, data in state.files.items():
        lines.append(f'[[model.build.file]]\nname = "{path.removeprefix(FOLDER + "/")}"')
        if hashes:
            lines.append(f'bytes = {len(data)}\nsha256 = "{state.sha256(path)}"')
    folder = home / "config" / "models"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.toml").write_text("\n".join(lines), encoding="utf-8")


def environment(home: Path, state: HubState | None, **more: str) -> dict[str, str]:
    """The environment of a command: a home and a hub of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "PHI_LS_"))}
    address = {"HF_ENDPOINT": state.url} if state else {}
    return {**kept, "PHI_LS_HOME": str(home), "HF_HOME": str(home / "hf"), **address, **more}


def command(*arguments: str) -> list[str]:
    """The command line of `phi-ls`."""
    return [sys.executable, "-m", "phi_ls", *arguments]


def run(home: Path, state: HubState | None, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `phi-ls` to its end."""
    return subprocess.run(
        command(*arguments),
        env=environment(home, state, **more),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
