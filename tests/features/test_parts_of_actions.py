"""The pure parts of actions: names in a style, where tests go, a diff that is cut, a message that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phi_ls.features.actions.commit import message_in, reduced_diff
from phi_ls.features.actions.names import in_style_of, usable
from phi_ls.features.actions.plan import plan_for

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "model", "styled"),
    [
        ("SumOfItems", "total", "sum_of_items"),
        ("sum_of_items", "totalSum", "sumOfItems"),
        ("sumOfItems", "Total", "SumOfItems"),
        ("sumOf", "TOTAL_SUM", "SUM_OF"),
        ("sumOf", "_total", "_sum_of"),
        ("HTTPServer2", "a_b", "http_server_2"),
    ],
)
def test_a_name_is_written_as_the_old_one_is(name: str, model: str, styled: str) -> None:
    assert in_style_of(name, model) == styled


def test_names_that_are_taken_or_keywords_are_left_out() -> None:
    assert usable("return\nitems\nsize\nsize\n", "total", "def total(items): ...") == ("size",)


@pytest.mark.parametrize(
    ("files", "path", "language", "plan"),
    [
        pytest.param({}, "a.py", "python", ("unittest", "test_a.py"), id="python"),
        pytest.param({"tests/conftest.py": ""}, "src/a.py", "python", ("unittest", "src/test_a.py"), id="no-project"),
        pytest.param(
            {"pyproject.toml": "pytest", "tests/conftest.py": ""},
            "src/a.py",
            "python",
            ("pytest", "tests/test_a.py"),
            id="pytest",
        ),
        pytest.param(
            {"package.json": '{"devDependencies": {"vitest": "1"}}'},
            "src/a.ts",
            "typescript",
            ("vitest", "src/a.test.ts"),
            id="vitest",
        ),
        pytest.param({}, "a.js", "javascript", ("node:test", "a.test.js"), id="node"),
        pytest.param({}, "a.go", "go", ("the testing package of Go", "a_test.go"), id="go"),
        pytest.param(
            {"pom.xml": "junit-jupiter"},
            "src/main/java/x/A.java",
            "java",
            ("JUnit 5", "src/test/java/x/ATest.java"),
            id="java",
        ),
        pytest.param(
            {"Cargo.toml": '[package]\nname = "my-crate"\n'},
            "src/lib.rs",
            "rust",
            ("the test attribute of Rust", "tests/lib.rs"),
            id="rust",
        ),
    ],
)
def test_the_project_says_how_it_is_tested(
    files: dict[str, str], path: str, language: str, plan: tuple[str, str], tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = plan_for(tmp_path / path, language)
    assert found is not None
    assert (found.framework, found.path.relative_to(tmp_path).as_posix()) == plan


def test_a_long_diff_shows_every_file() -> None:
    piece = "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n" + "+line\n" * 100
    shown = reduced_diff(piece.format("one") + piece.format("two") + piece.format("three"), 600)
    assert len(shown) < 900
    assert [line for line in shown.splitlines() if line.startswith("diff")] == [
        f"diff --git a/{name} b/{name}" for name in ("one", "two", "three")
    ]


def test_a_message_has_a_first_line_of_its_own() -> None:
    assert message_in("Add it.\nBecause.\n") == "Add it\n\nBecause."
