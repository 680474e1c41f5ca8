"""The sha256 check of model files."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from phi_ls.errors import ModelDamaged
from phi_ls.worker.verify import verify

if TYPE_CHECKING:
    from pathlib import Path


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_files_below_a_folder_and_a_single_file_are_found_good(tmp_path: Path) -> None:
    data = b"weights" * 2_000_000
    (tmp_path / "model.onnx").write_bytes(data)
    blocks: list[None] = []
    verify(str(tmp_path), {"model.onnx": sha256(data).upper()}, lambda: blocks.append(None))
    verify(str(tmp_path / "model.onnx"), {"": sha256(data)}, lambda: blocks.append(None))
    assert len(blocks) == 8


def test_a_damaged_file_is_named_with_what_was_wanted_and_found(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"damaged")
    with pytest.raises(ModelDamaged) as damaged:
        verify(str(tmp_path / "a.gguf"), {"": sha256(b"whole")}, lambda: None)
    assert str(damaged.value) == (
        f"model file a.gguf: wanted sha256 {sha256(b'whole')[:12]}..., found sha256 {sha256(b'damaged')[:12]}...; "
        "import or pull the model again"
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match=r"model file model.onnx.data: wanted a readable file, found No such file"):
        verify(str(tmp_path), {"model.onnx.data": sha256(b"")}, lambda: None)
