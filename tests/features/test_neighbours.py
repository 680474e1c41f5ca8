"""Which files are read for lookups, and when."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from phi_ls.features.lookup import Neighbours
from phi_ls.features.lookup.index import name_of
from phi_ls.features.lookup.neighbours import package_of, source_files
from phi_ls.text import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def tree(root: Path, *files: str) -> Path:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# this is {name}\n")
    return root


def document(path: Path, text: str = "x = 1\n") -> Source:
    return Source(path.as_uri(), "python", 1, text)


def known(neighbours: Neighbours, root: Path, files: Iterable[str]) -> list[str]:
    return [name for name in files if name_of((root / name).as_uri()) in neighbours.index]


async def test_the_package_of_a_document_is_read_and_nothing_else(tmp_path: Path) -> None:
    files = ("pkg/__init__.py", "pkg/a.py", "pkg/sub/__init__.py", "pkg/sub/b.py", "pkg/notes.txt", "outside.py")
    root = tree(tmp_path, *files, "pkg/.hidden/c.py", "pkg/node_modules/d.py")
    neighbours = Neighbours()
    neighbours.visit(document(root / "pkg/sub/b.py"))
    await neighbours.settled()
    assert known(neighbours, root, (*files, "pkg/.hidden/c.py", "pkg/node_modules/d.py")) == [
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/sub/__init__.py",
        "pkg/sub/b.py",
    ]


async def test_a_file_outside_of_packages_has_its_folder_for_neighbours(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.py", "b.py", "c.js", "deeper/d.py")
    neighbours = Neighbours()
    neighbours.visit(document(root / "a.py"))
    await neighbours.settled()
    assert known(neighbours, root, ("a.py", "b.py", "c.js", "deeper/d.py")) == ["a.py", "b.py"]


def test_a_script_belongs_to_the_folder_of_its_manifest(tmp_path: Path) -> None:
    root = tree(tmp_path, "package.json", "src/deep/a.ts", "src/b.ts", "src/b.py")
    assert package_of(root / "src/deep/a.ts") == (root, True)
    assert list(source_files(root, "typescript", deep=True)) == [root / "src/b.ts", root / "src/deep/a.ts"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_only_files_are_read(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.py", "folder.py/b.txt")
    os.mkfifo(root / "pipe.py")
    (root / "link.py").symlink_to(root / "a.py")
    assert list(source_files(root, "python", deep=False)) == [root / "a.py"]


async def test_the_document_that_was_left_counts_as_it_was_typed(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.py", "b.py")
    neighbours = Neighbours()
    neighbours.visit(document(root / "a.py", "unsaved_text = 1\n"))
    neighbours.visit(document(root / "a.py", "unsaved_text = 12\n"))
    neighbours.visit(document(root / "b.py"))
    await neighbours.settled()
    assert [text for text, _ in neighbours.index.places(b"unsaved_text = ")] == [b"unsaved_text = 12\n"]


async def test_a_closed_document_counts_as_its_file_says(tmp_path: Path) -> None:
    root = tree(tmp_path, "a.py", "b.py")
    neighbours = Neighbours()
    neighbours.visit(document(root / "a.py", "unsaved_text = 1\n"))
    neighbours.visit(document(root / "b.py"))
    neighbours.leave((root / "a.py").as_uri())
    await neighbours.settled()
    assert list(neighbours.index.places(b"unsaved_text = ")) == []
    assert [text for text, _ in neighbours.index.places(b"# this is a")] == [b"# this is a.py\n"]


async def test_a_document_without_a_file_is_forgotten_when_it_is_closed() -> None:
    neighbours = Neighbours()
    neighbours.visit(Source("untitled:1", "python", 1, "unsaved_text = 1\n"))
    neighbours.visit(Source("untitled:2", "python", 1, "x\n"))
    await neighbours.settled()
    assert "untitled:1" in neighbours.index
    neighbours.leave("untitled:1")
    await neighbours.settled()
    assert len(neighbours.index) == 0


async def test_closing_ends_the_reading(tmp_path: Path) -> None:
    root = tree(tmp_path, *(f"f{number}.py" for number in range(200)))
    neighbours = Neighbours()
    neighbours.visit(document(root / "f0.py"))
    await neighbours.close()
    neighbours.visit(document(tmp_path / "elsewhere" / "a.py"))
    await neighbours.settled()
    assert len(neighbours.index) < 200
