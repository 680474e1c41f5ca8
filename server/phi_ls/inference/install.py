"""Make, list and remove the environments of backends, below the data folder.

An environment is made beside the one that is in use, checked in a child, and moved into its place with its record: one
that is not finished, or whose engine cannot be imported, is never chosen. What was fetched before an interruption stays
for the next try. pip and its settings decide where packages come from; `PHI_LS_WHEELS=FOLDER` takes them from a folder
and opens no connection.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from phi_ls.errors import InstallFailed
from phi_ls.inference.command import worker_command
from phi_ls.inference.installed import RECORD, Installed, backends_dir, interpreter, read_environment
from phi_ls.paths import remove_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from phi_ls.inference.packages import Recipe
    from phi_ls.journal import Journal

CHECK_SECONDS = 120.0
COMPILERS = ("c++", "g++", "clang++", "cl")
LAST_WORDS = 3


def install(recipes: Sequence[Recipe], journal: Journal, tell: Callable[[str], None]) -> Installed:
    """Make the environment from the first set of packages that works. Raises `InstallFailed` with each one's reason."""
    from filelock import FileLock

    backend = recipes[0].backend
    root = backends_dir()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with FileLock(root / f".{backend}.lock"):
            return _install(recipes, root, journal, tell)
    except OSError as error:
        raise InstallFailed(f"wanted to write in {root}, found {error.strerror or error}") from error


def remove(backend: str) -> bool:
    """Remove a backend's environment; whether there was one. Raises `InstallFailed` when it is in use."""
    root, found = backends_dir(), False
    for folder in (root / backend, root / f".{backend}.new"):
        if folder.exists():
            found = True
            _discard(folder)
    return found


def _install(recipes: Sequence[Recipe], root: Path, journal: Journal, tell: Callable[[str], None]) -> Installed:
    reasons = []
    backend = recipes[0].backend
    staging = root / f".{backend}.new"
    for recipe in recipes:
        tell(f"{backend}: {recipe.title}")
        try:
            _make_environment(staging, tell)
            if not os.environ.get("PHI_LS_WHEELS"):
                journal.write("network", purpose="backends install", backend=backend)
            _fetch(recipe, staging, tell)
            record = _checked(recipe, staging)
        except InstallFailed as reason:
            reasons.append(f"{recipe.requirements[0]}: {reason}")
            tell(f"{backend}: {reason}")
            continue
        (staging / RECORD).write_text(json.dumps(record, indent=2), encoding="utf-8")
        target = root / backend
        if target.exists():
            _discard(target)
        staging.replace(target)
        found = read_environment(target)
        if found is None:
            raise InstallFailed(f"wanted the environment {target}, found it without its interpreter")
        return found
    raise InstallFailed(f"backend {backend} could not be installed: " + "; ".join(reasons))


def _make_environment(folder: Path, tell: Callable[[str], None]) -> None:
    """An environment with pip; one that an earlier try left is used again when it works."""
    python = interpreter(folder)
    if python.exists() and _runs([str(python), "-I", "-m", "pip", "--version"]):
        return
    shutil.rmtree(folder, ignore_errors=True)
    tell(f"making an environment in {folder}")
    _run([sys.executable, "-I", "-m", "venv", str(folder)], tell, wanted="an environment (on Debian: python3-venv)")


def _fetch(recipe: Recipe, folder: Path, tell: Callable[[str], None]) -> None:
    source, environment = ["--only-binary", ":all:"], dict(os.environ)
    if recipe.cmake:
        if not any(shutil.which(name) for name in COMPILERS):
            raise InstallFailed(
                f"{recipe.distribution} must be built and no C++ compiler was found ({', '.join(COMPILERS)}); "
                "install one, or put a wheel into a folder and set PHI_LS_WHEELS to it"
            )
        # pip keeps built wheels without regard to how they were built.
        source = ["--no-binary", recipe.distribution, "--no-cache-dir"]
        environment["CMAKE_ARGS"] = recipe.cmake
    command = [str(interpreter(folder)), "-I", "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", *source, *_places(), *recipe.requirements]
    _run(command, tell, wanted=recipe.requirements[0], environment=environment)


def _places() -> list[str]:
    wheels = os.environ.get("PHI_LS_WHEELS")
    return ["--no-index", "--find-links", wheels] if wheels else []


def _checked(recipe: Recipe, folder: Path) -> dict[str, object]:
    """The record of an environment whose engine was imported in a child. Raises `InstallFailed`."""
    python = str(interpreter(folder))
    version = _output([python, "-I", "-c", _VERSION, recipe.distribution])
    facts = json.loads(_output(worker_command(python, "check", recipe.engine)))
    return {
        "backend": recipe.backend,
        "distribution": recipe.distribution,
        "version": version.strip(),
        "requirements": list(recipe.requirements),
        "cuda": recipe.cuda,
        "cmake": recipe.cmake,
        "devices": facts["devices"],
    }


_VERSION = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"


def _output(command: Sequence[str]) -> str:
    try:
        ended = subprocess.run(
            list(command), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=CHECK_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InstallFailed(f"the engine did not start within {CHECK_SECONDS:.0f} s") from error
    if ended.returncode != 0:
        raise InstallFailed(f"the engine cannot be started: {_last_words(ended.stderr.splitlines(), ended.returncode)}")
    return ended.stdout


def _run(
    command: Sequence[str], tell: Callable[[str], None], *, wanted: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run to the end, telling each line. An interruption ends the child too. Raises `InstallFailed`."""
    said: list[str] = []
    with subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    ) as process:
        try:
            for line in process.stdout or ():
                said.append(line.rstrip())
                tell(f"  {line.rstrip()}")
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise InstallFailed(f"wanted {wanted}, found {_last_words(said, process.returncode)}")


def _runs(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(list(command), capture_output=True, timeout=CHECK_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _last_words(lines: Sequence[str], code: int) -> str:
    errors = [line.strip() for line in lines if "error" in line.lower()] or [
        line.strip() for line in lines if line.strip()
    ]
    return " | ".join(errors[-LAST_WORDS:])[:400] or f"the exit code {code}"


def _discard(folder: Path) -> None:
    try:
        remove_folder(folder)
    except OSError as error:
        raise InstallFailed(
            f"wanted to remove {folder}, found {error.strerror or error}; end the editors that use the backend"
        ) from error
