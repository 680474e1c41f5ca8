"""Look after what is in the store: verify every byte of a build, or remove it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.catalog.hashing import sha256_of
from phi_ls.catalog.places import discard, incoming_folder, locked
from phi_ls.catalog.progress import Progress
from phi_ls.catalog.receipt import read_receipt, withdraw_receipt
from phi_ls.catalog.store import LocalModel, verified
from phi_ls.errors import StoreError
from phi_ls.paths import models_dir

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.catalog.progress import State


@dataclass(frozen=True)
class Finding:
    """What is wrong with one file; nothing is, where `wrong` is ""."""

    file: str
    wrong: str


def check_build(local: LocalModel, listener: Callable[[State], None] | None = None) -> tuple[Finding, ...]:
    """Hash every file of a build that is here. A damaged one is not used until a pull or an import repairs it."""
    receipt = read_receipt(local.folder)
    wanted = (
        {file.name: file.sha256 for file in receipt.files}
        if receipt
        else {file.name: file.sha256 or "" for file in local.build.files}
    )
    sizes = sum(file.stat().st_size for name in wanted if (file := local.folder / name).is_file())
    progress = Progress(sizes, listener)
    found = []
    for name, sha256 in wanted.items():
        progress.begin("verifying", name)
        try:
            digest = sha256_of(local.folder / name, progress.grow)
            wrong = "" if digest == sha256 else f"wanted sha256 {sha256[:12]}..., found {digest[:12]}..."
        except OSError as error:
            wrong = error.strerror or str(error)
        found.append(Finding(name, wrong))
    if not any(finding.wrong for finding in found):
        verified(local)
    elif receipt:
        with locked(models_dir(), local.model.id, local.build.id, lambda: None):
            withdraw_receipt(local.folder)
    return tuple(found)


def remove_build(local: LocalModel) -> int:
    """Remove a build and what is left of unfinished pulls; the bytes that became free. Raises `StoreError`."""
    if local.model.starter:
        raise StoreError("the starter model ships with phi-ls; it cannot be removed")
    store = models_dir()
    freed = 0
    with locked(store, local.model.id, local.build.id, lambda: None):
        for folder in (local.folder, incoming_folder(store, local.model.id, local.build.id)):
            freed += sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
            discard(folder)
    family = local.folder.parent
    if family.is_dir() and not any(path.is_dir() for path in family.iterdir()):
        shutil.rmtree(family)
    return freed
