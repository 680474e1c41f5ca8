"""Where holes are dug."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from marked import with_marks
from phi_ls.errors import UsageError
from phi_ls.evaluation.eval.holes import KINDS, Hole, find_holes, kinds_from, read_files
from phi_ls.syntax import errors_in, parse

if TYPE_CHECKING:
    from pathlib import Path

CODE = '''\
"""Documentation that is never asked for, in a file that is long enough to be read."""

# A comment.
import os


def load(path, mode):
    """Load a thing."""
    # Why it is done.
    text = "a string that is long enough" + path
    if mode:
        with open(path) as stream:
            return stream.read()
    return call(
        text,
        mode,
    )


class Thing:
    """It has documentation only above its code."""

    size = 3

    def grow(self, amount):
        self.size = self.size + amount
        return self
'''
SCRIPT = "export function add(first, second) {\n  const sum = first + second;\n  return sum;\n}\n" * 6


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with code, and with what is no code."""
    for name, text in {
        "pkg/a.py": CODE,
        "pkg/b.py": CODE.replace("load", "read"),
        "c.js": SCRIPT,
        "broken.py": CODE + "def (:\n",
        "notes.md": CODE,
        "tiny.py": "x = 1\n",
        ".hidden/d.py": CODE,
        "node_modules/e.js": SCRIPT,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "bytes.py").write_bytes(CODE.encode() + b"# \xff\n")
    return tmp_path


def holes(project: Path, *kinds: str, count: int = 60, seed: int = 1) -> list[Hole]:
    return find_holes(project, count=count, seed=seed, kinds=kinds_from(",".join(kinds or KINDS)))


def test_code_that_can_be_parsed_is_read_and_nothing_else(project: Path) -> None:
    assert [name for name, _ in read_files(project)] == ["broken.py", "c.js", "pkg/a.py", "pkg/b.py"]
    assert {hole.path for hole in holes(project)} == {"c.js", "pkg/a.py", "pkg/b.py"}


def test_a_hole_and_its_truth_are_the_file(project: Path) -> None:
    found = holes(project)
    assert found
    for hole in found:
        assert hole.original.text == (project / hole.path).read_text()
        assert hole.truth.strip()
        tree = parse(hole.original)
        assert tree is not None
        assert errors_in(tree) == 0


def test_kinds_are_equally_frequent_and_what_they_say(project: Path) -> None:
    found = holes(project, count=24)
    assert [hole.kind for hole in found[:8]] == [*KINDS, *KINDS]
    for hole in found:
        before = hole.source.text[: hole.offset].rpartition("\n")[2]
        assert bool(before.strip()) == (hole.kind == "inside")
        assert ("\n" in hole.truth) or hole.kind != "statement"
        assert hole.source.text[hole.offset :].startswith(("\n", "\r")) or hole.offset == len(hole.source.text)


def test_no_hole_begins_in_a_string_or_a_comment(project: Path) -> None:
    begun = {with_marks(h.original.text, h.offset) for h in holes(project, "inside", "line", count=200)}
    assert begun
    for text in begun:
        line = next(line for line in text.split("\n") if "$0" in line)
        before = line.partition("$0")[0]
        assert "#" not in before
        assert "ocumentation" not in line
        assert before.count('"') % 2 == 0
        assert not re.search(r"Load a th|Why it is", line)


def test_blocks_leave_documentation_in_place(project: Path) -> None:
    truths = {hole.truth for hole in holes(project / "pkg", "block", count=40)}
    assert any(truth.startswith("size = 3") for truth in truths)
    assert not [truth for truth in truths if '"""' in truth]


def test_the_same_seed_finds_the_same_holes(project: Path) -> None:
    ids = [hole.id for hole in holes(project, seed=5)]
    assert ids == [hole.id for hole in holes(project, seed=5)]
    assert ids != [hole.id for hole in holes(project, seed=6)]


def test_more_holes_are_the_same_ones_and_others(project: Path) -> None:
    few = {hole.id for hole in holes(project, count=8)}
    assert few < {hole.id for hole in holes(project, count=16)}


def test_one_file_can_be_asked_for(project: Path) -> None:
    assert {hole.path for hole in holes(project / "pkg" / "a.py")} == {"a.py"}


def test_where_there_is_nothing_to_fill_one_line_says_so(project: Path) -> None:
    with pytest.raises(UsageError, match="wanted source code with room for a hole"):
        holes(project / "node_modules" / ".." / ".hidden" / "..", "block", count=0)
    with pytest.raises(UsageError, match="found nothing at"):
        holes(project / "nowhere")
    with pytest.raises(UsageError, match=r"wanted kinds of holes \(inside, line, statement, block\), found 'word'"):
        kinds_from("word")
