"""Write every format, and `facts.json` with what was written from what."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from typing import TYPE_CHECKING

from .. import state as states
from . import gguf_file, hugging_face, onnx_genai, same_weights

if TYPE_CHECKING:
    from pathlib import Path

GGUF, ONNX = "starter-q8_0.gguf", "onnx-int8"


def best_checkpoint(folder: Path) -> tuple[Path, bool]:
    """The checkpoint to export, and whether its averaged weights are the better ones.

    A run that has been cooled down to its end wins over one that has not; before any cool-down, the average does.
    """
    for name in ("cooled", "run"):
        checkpoint = folder / name / "checkpoint.pt"
        if checkpoint.exists() and states.is_finished(checkpoint):
            return checkpoint, False
    checkpoint = folder / "run" / "checkpoint.pt"
    if not checkpoint.exists():
        raise FileNotFoundError(f"there is no checkpoint below {folder}; run `train` first")
    return checkpoint, True


def export(folder: Path, out: Path) -> None:
    """Write the ONNX folder, the GGUF file with the same weights, the licences and the facts to `out`."""
    checkpoint, averaged = best_checkpoint(folder)
    shape, weights, tokens = states.weights(checkpoint, averaged=averaged)
    out.mkdir(parents=True, exist_ok=True)
    source = folder / "hugging-face"
    hugging_face.write(source, folder / "tokenizer", shape, weights)
    gguf_file.write(source, out / GGUF)
    onnx_genai.write(source, out / ONNX, precision="int8")
    same_weights.share(out / ONNX, out / GGUF)
    shutil.copyfile(folder / "corpus" / "licences.json", out / "licences.json")
    written = sorted(path for path in out.rglob("*") if path.is_file() and path.name != "facts.json")
    facts = {
        "tokens": tokens,
        "averaged": averaged,
        "shape": asdict(shape),
        "parameters": shape.hidden_parameters + shape.vocabulary * shape.width,
        "files": {
            path.relative_to(out).as_posix(): {
                "bytes": path.stat().st_size,
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            }
            for path in written
        },
    }
    (out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
