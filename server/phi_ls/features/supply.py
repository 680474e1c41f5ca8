"""What could be fetched for this machine, and what a person should know first: how much, from where, on which terms.

Nothing is fetched here, and nothing is asked of any other machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from phi_ls.catalog import local_models, read_catalog, unfinished_bytes
from phi_ls.errors import UsageError
from phi_ls.hardware import probe
from phi_ls.inference.installed import BACKENDS, installed_engines
from phi_ls.inference.packages import recipes
from phi_ls.inference.select import rank
from phi_ls.settings import BackendName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.catalog import LocalModel
    from phi_ls.features.assistant import Assistant
    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.installed import Installed
    from phi_ls.inference.select import Candidate

BackendState: TypeAlias = Literal["installed", "available", "unavailable"]
ModelState: TypeAlias = Literal["here", "unfinished", "absent", "damaged"]

PACKAGE_HOST = "pypi.org"
MODEL_HOST = "huggingface.co"
PIP_SECONDS = 10.0


@dataclass(frozen=True)
class BackendOffer:
    """A backend as it could be installed. `bytes` is about what is fetched, 0 where nobody knows."""

    backend: str
    state: BackendState
    title: str
    """Package and version of what is installed, else the packages that would be."""
    reason: str
    """Why it is unavailable; "" for the others."""
    packages: tuple[str, ...]
    bytes: int
    builds: bool
    """Where there is no wheel for this machine it is compiled, which takes minutes and a C++ compiler."""
    host: str
    """Where pip fetches from; "" for a folder of this machine."""
    running: bool


@dataclass(frozen=True)
class ModelOffer:
    """A build of a model as it could be pulled. `bytes` is its size, `left` what of it would still be fetched."""

    model: str
    build: str
    title: str
    backends: tuple[str, ...]
    precision: str
    state: ModelState
    bytes: int
    left: int
    host: str
    source: str
    """The page of the model, which has its licence."""
    licence: str
    restricted: bool
    """The licence restricts use: a pull wants consent to it, too."""
    suits: bool
    """It would run here, with what is installed."""
    reason: str
    """Why it would run, or would not, in numbers."""
    recommended: bool
    """`auto` would take this one before all others, and it is not here."""
    running: bool
    note: str


def backend_offers(assistant: Assistant) -> tuple[BackendOffer, ...]:
    """Every backend. Blocks for some 100 ms: pip is asked where it fetches from."""
    report, found, host = probe(), installed_engines(), package_host()
    running = assistant.supervisor.running
    return tuple(
        _backend(name, report, found.get(name), host, running is not None and running.backend == name)
        for name in BACKENDS
    )


def model_offers(assistant: Assistant, report: HardwareReport | None = None) -> tuple[ModelOffer, ...]:
    """Every build of the catalogue but the starter, in its order. Without a `report` it blocks until there is one."""
    known = [local for local in local_models(read_catalog()) if not local.model.starter]
    as_if_here = [replace(local, missing="") for local in known]
    settings = replace(assistant.settings, backend=BackendName.AUTO, model="auto", allow_fallback=True)
    candidates = rank(report or probe(), settings, as_if_here, installed_engines(), assistant.records.all())
    return tuple(_model(local, _best(local, candidates), _first(known, candidates), assistant) for local in known)


def package_host() -> str:
    """The host that pip is set to fetch packages from; "" where they come from a folder."""
    if os.environ.get("PHI_LS_WHEELS"):
        return ""
    address = os.environ.get("PIP_INDEX_URL") or _pip_says("global.index-url") or _pip_says("install.index-url")
    # Never more than the host: an address may hold a password.
    return urlsplit(address).hostname or PACKAGE_HOST


def model_host() -> str:
    """The host that models are pulled from."""
    return urlsplit(os.environ.get("HF_ENDPOINT") or "").netloc.rpartition("@")[2] or MODEL_HOST


def about(size: int) -> str:
    """A size that nobody knows to the byte, for people."""
    return f"about {size / 1e9:.1f} GB" if size >= 1e9 else f"about {size / 1e6:.0f} MB"


def _pip_says(name: str) -> str:
    command = [sys.executable, "-I", "-m", "pip", "config", "get", name]
    try:
        ended = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PIP_SECONDS,
            check=False,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ended.stdout.strip() if ended.returncode == 0 else ""


def _backend(name: str, report: HardwareReport, found: Installed | None, host: str, running: bool) -> BackendOffer:
    try:
        sets = recipes(name, report)
    except UsageError as problem:
        state: BackendState = "installed" if found else "unavailable"
        return BackendOffer(name, state, found.title if found else "", str(problem), (), 0, False, host, running)
    return BackendOffer(
        name,
        "installed" if found else "available",
        found.title if found else sets[0].title,
        "",
        sets[0].requirements,
        max(recipe.megabytes for recipe in sets) * 10**6,
        any(recipe.cmake for recipe in sets),
        host,
        running,
    )


def _best(local: LocalModel, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate of a build that is ranked highest."""
    return next(c for c in candidates if c.local is not None and _is(c.local, local))


def _first(known: Sequence[LocalModel], candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate that `auto` would take of all, where that one is still to be fetched."""
    ready = (c for c in candidates if c.state == "ready" and c.local is not None and not c.local.model.restricted)
    first = next(ready, None)
    absent = [local for local in known if local.missing]
    return first if first and first.local and any(_is(local, first.local) for local in absent) else None


def _model(local: LocalModel, best: Candidate, first: Candidate | None, assistant: Assistant) -> ModelOffer:
    model, build, running = local.model, local.build, assistant.supervisor.running
    held = unfinished_bytes(local)
    return ModelOffer(
        model.id,
        build.id,
        model.title,
        build.backends,
        build.precision,
        "here" if not local.missing else "unfinished" if held else "damaged" if local.folder.is_dir() else "absent",
        build.size,
        max(0, build.size - held) if local.missing else 0,
        model_host(),
        model.source,
        model.licence,
        model.restricted,
        best.state == "ready",
        best.reason,
        first is not None and first.local is not None and _is(first.local, local),
        running is not None and running.local is not None and _is(running.local, local),
        model.note,
    )


def _is(one: LocalModel, other: LocalModel) -> bool:
    return (one.model.id, one.build.id) == (other.model.id, other.build.id)
