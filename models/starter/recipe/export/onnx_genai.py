"""The folder for onnxruntime-genai, by its own model builder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

OPTIONS = ("shared_embeddings=true",)
"""One table for input and head, where the builder can do it."""


def write(hugging_face: Path, folder: Path, *, precision: str) -> None:
    """Build `folder`, which is emptied before, from a Hugging Face folder. Raises when the builder fails."""
    if folder.exists():
        shutil.rmtree(folder)
    with tempfile.TemporaryDirectory() as cache:
        command = [sys.executable, "-m", "onnxruntime_genai.models.builder", "-i", str(hugging_face)]
        command += ["-o", str(folder), "-p", precision, "-e", "cpu", "-c", cache, "--extra_options", *OPTIONS]
        environment = {**os.environ, "HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the model builder failed with code {done.returncode}:\n{done.stderr[-2000:]}")
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        shutil.copyfile(hugging_face / name, folder / name)
