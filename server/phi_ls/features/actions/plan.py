"""Where tests of a file belong and what runs them, as its project shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LOOK_UP = 8
"""How many folders above a file are searched for what tells about its project."""
LARGEST = 200_000


@dataclass(frozen=True)
class Plan:
    """A framework's name as a model knows it, the file to write, and its language."""

    framework: str
    path: Path
    language: str
    hint: str


def plan_for(path: Path, language: str, package: str = "") -> Plan | None:
    """How the project around `path` tests a file of that language; None for a language without a rule. Reads files."""
    match language:
        case "python":
            return _python(path)
        case "javascript" | "javascriptreact" | "typescript" | "typescriptreact":
            return _javascript(path, language)
        case "go":
            file = path.with_name(f"{path.stem}_test.go")
            return Plan("the testing package of Go", file, "go", f"Begin with `package {package or path.parent.name}`.")
        case "java":
            return _java(path)
        case "rust":
            return _rust(path)
    return None


def _python(path: Path) -> Plan:
    root = _root(path, ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini"))
    told = "".join(
        _read(root / name)
        for name in ("pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", "requirements.txt", "requirements-dev.txt")
    )
    folder = root / "tests"
    pytest = "pytest" in told or (folder / "conftest.py").exists()
    place = folder if folder.is_dir() else path.parent
    module = path.stem
    return Plan("pytest" if pytest else "unittest", place / f"test_{module}.py", "python", f"Import from `{module}`.")


def _javascript(path: Path, language: str) -> Plan:
    root = _root(path, ("package.json",))
    manifest = _read(root / "package.json")
    found = next((name for name in ("vitest", "jest", "mocha") if f'"{name}"' in manifest), "node:test")
    folder = path.parent / "__tests__"
    place = folder if folder.is_dir() else path.parent
    return Plan(found, place / f"{path.stem}.test{path.suffix}", language, f"Import from `./{path.stem}`.")


def _java(path: Path) -> Plan:
    parts = list(path.parts)
    if "main" in parts:
        parts[len(parts) - 1 - parts[::-1].index("main")] = "test"
    place = path.__class__(*parts)
    root = _root(path, ("pom.xml", "build.gradle", "build.gradle.kts"))
    told = _read(root / "pom.xml") + _read(root / "build.gradle") + _read(root / "build.gradle.kts")
    old = "junit:junit" in told or re.search(r"<artifactId>junit</artifactId>", told) is not None
    framework = "JUnit 4" if old and "jupiter" not in told else "JUnit 5"
    return Plan(framework, place.with_name(f"{path.stem}Test.java"), "java", f"The class is `{path.stem}Test`.")


def _rust(path: Path) -> Plan:
    root = _root(path, ("Cargo.toml",))
    named = re.search(r'(?m)^\s*name\s*=\s*"([\w-]+)"', _read(root / "Cargo.toml"))
    crate = named.group(1).replace("-", "_") if named else "crate_name"
    return Plan(
        "the test attribute of Rust", root / "tests" / f"{path.stem}.rs", "rust", f"Import with `use {crate}::...`."
    )


def _root(path: Path, names: tuple[str, ...]) -> Path:
    """The nearest folder above that holds one of these files, else the file's own."""
    for folder in list(path.parents)[:LOOK_UP]:
        if any((folder / name).is_file() for name in names):
            return folder
    return path.parent


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST)
    except OSError:
        return ""
