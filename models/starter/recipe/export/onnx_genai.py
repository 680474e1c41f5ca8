"""The folder for onnxruntime-genai, by its own model builder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

OPTIONS = ("shared_embeddings=true",)
"""One table for input and head, where the builder can do it."""


def write(hugging_face: Path, folder: Path, *, precision: str) -> None:
    """Build `folder`, which is emptied before, from a Hugging Face folder. Raises when the builder fails."""
    if folder.exists():
        shutil.rmtree(folder)
    build(hugging_face, folder, precision=precision, options=OPTIONS)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copyfile(hugging_face / name, folder / name)


def build(
    hugging_face: Path, folder: Path, *, precision: str, options: Sequence[str], seconds: float | None = None
) -> None:
    """Have `folder` built, with a tokenizer that the builder has changed. Raises when it fails or takes longer."""
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(hugging_face)]
        command += ["-o", str(folder), "-p", precision, "-e", "cpu", "-c", cache, "--extra_options", *options]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=seconds)
    if done.returncode:
        raise RuntimeError(f"the model builder failed with code {done.returncode}:\n{done.stderr[-2000:]}")
