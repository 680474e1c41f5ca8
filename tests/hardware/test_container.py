"""Limits of control groups, from the files that Linux shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.hardware.container import memory_limit, processors

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1 << 30


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


def test_the_tightest_of_the_nested_groups_counts_and_cached_files_are_free(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/user/session\n")
    write(tmp_path / "cg", memory__max="max", memory__current=9 * GIB)
    write(tmp_path / "cg/user", memory__max=8 * GIB, memory__current=3 * GIB, memory__stat=f"inactive_file {GIB}")
    write(tmp_path / "cg/user/session", memory__max="max", memory__current=GIB)
    assert memory_limit(tmp_path / "cg", tmp_path / "own") == (8 * GIB, 2 * GIB)


def test_version_1_is_read_and_its_huge_number_is_no_limit(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("4:memory:/docker/x\n")
    huge = 9223372036854771712
    write(tmp_path / "cg/memory", memory__limit_in_bytes=huge, memory__usage_in_bytes=GIB)
    assert memory_limit(tmp_path / "cg", tmp_path / "own") is None
    folder = tmp_path / "cg/memory/docker/x"
    write(folder, memory__limit_in_bytes=2 * GIB, memory__usage_in_bytes=GIB, memory__stat="total_inactive_file 1024")
    assert memory_limit(tmp_path / "cg", tmp_path / "own") == (2 * GIB, GIB - 1024)


def test_a_quota_of_processor_time_is_rounded_up(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/\n")
    write(tmp_path / "cg", cpu__max="150000 100000")
    assert processors(tmp_path / "cg", tmp_path / "own") == 2
    write(tmp_path / "cg", cpu__max="max 100000")
    assert processors(tmp_path / "cg", tmp_path / "own") is None


def test_a_machine_without_control_groups_has_no_limit(tmp_path: Path) -> None:
    assert memory_limit(tmp_path, tmp_path / "none") is None
    assert processors(tmp_path, tmp_path / "none") is None
