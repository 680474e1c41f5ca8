"""Bring a build of the catalogue from the hub into the store.

What is cut off goes on where it stopped. Every file is checked against the catalogue's sha256 or the hub's own record
before the build appears in the store, all of it at once. Several processes may pull: one works, the others wait.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.catalog.hashing import git_blob_of, sha256_of
from phi_ls.catalog.hub import Hub, Listing, RemoteFile
from phi_ls.catalog.places import build_folder, check_space, discard, incoming_folder, locked, settle
from phi_ls.catalog.progress import Progress
from phi_ls.catalog.receipt import Receipt, StoredFile, read_receipt, write_receipt
from phi_ls.catalog.store import LocalModel, verified
from phi_ls.errors import DownloadFailed, ModelDamaged, StoreError
from phi_ls.paths import models_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from phi_ls.catalog.manifest import ModelFile
    from phi_ls.catalog.progress import State
    from phi_ls.journal import Journal

PLAN = "plan.json"
PART = ".part"


@dataclass(frozen=True)
class _Wanted:
    """A file that is wanted, and by which hash it will be known."""

    name: str
    remote: RemoteFile
    sha256: str | None
    known_by: str

    def check(self, path: Path, read: Callable[[int], None]) -> str:
        """The sha256 of a file that is the wanted one. Raises `ModelDamaged`."""
        found = sha256_of(path, read)
        if self.sha256:
            if found != self.sha256:
                raise ModelDamaged(self.name, wanted=f"sha256 {self.sha256[:12]}...", found=f"{found[:12]}...")
        elif self.remote.blob and (blob := git_blob_of(path)) != self.remote.blob:
            raise ModelDamaged(self.name, wanted=f"git blob {self.remote.blob[:12]}...", found=f"{blob[:12]}...")
        return found


def pull(
    local: LocalModel,
    journal: Journal,
    *,
    listener: Callable[[State], None] | None = None,
    waits: Callable[[], None] = lambda: None,
) -> Receipt:
    """Make `local` complete; at once when it is. Raises `DownloadFailed`, `StoreError` or `ModelDamaged`."""
    model, build = local.model, local.build
    if not build.repository:
        raise DownloadFailed(f"{model.id} {build.id} has no repository in the catalogue; there is nothing to pull")
    store = models_dir()
    folder = build_folder(store, model.id, build.id)
    with locked(store, model.id, build.id, waits):
        if (receipt := read_receipt(folder)) is not None:
            return receipt
        hub = Hub(build)
        journal.write("network", purpose="models pull", host=hub.host, repository=build.repository)
        try:
            return _Pull(hub, local, hub.listing(), listener).run()
        except OSError as error:
            raise StoreError(
                f"wanted to write {model.id} into {store}, found {error.strerror or error}; "
                "make room and pull again, what came is kept"
            ) from error


class _Pull:
    """One pull, under the build's lock."""

    def __init__(self, hub: Hub, local: LocalModel, listing: Listing, listener: Callable[[State], None] | None) -> None:
        self._hub = hub
        self._local = local
        self._listing = listing
        self._wanted = [_wanted(local, file, listing) for file in local.build.files]
        self._incoming = incoming_folder(models_dir(), local.model.id, local.build.id)
        # Each byte is counted twice: when it comes, and when it is verified.
        self._progress = Progress(2 * sum(file.remote.size for file in self._wanted), listener)

    def run(self) -> Receipt:
        self._prepare()
        check_space(self._incoming, sum(self._lacks(file) for file in self._wanted))
        files = tuple(self._bring(file) for file in self._wanted)
        receipt = Receipt(
            model=self._local.model.id,
            build=self._local.build.id,
            source=f"{self._hub.host}/{self._local.build.repository}",
            revision=self._listing.commit,
            files=files,
        )
        self._progress.begin("done", "")
        (self._incoming / PLAN).unlink()
        write_receipt(self._incoming, receipt)
        settle(self._incoming, self._local.folder)
        verified(self._local)
        return receipt

    def _prepare(self) -> None:
        """A folder whose parts are of the same commit; files of a build that was found damaged are tried again."""
        plan = {"commit": self._listing.commit, "files": {file.name: file.remote.size for file in self._wanted}}
        if _read(self._incoming / PLAN) != plan:
            discard(self._incoming)
        self._incoming.mkdir(parents=True, exist_ok=True)
        (self._incoming / PLAN).write_text(json.dumps(plan), encoding="utf-8")
        if self._local.folder.is_dir():
            for file in self._wanted:
                old = self._local.folder / file.name
                if old.is_file() and old.stat().st_size == file.remote.size:
                    _into(self._incoming / file.name)
                    old.replace(self._incoming / file.name)
            shutil.rmtree(self._local.folder)

    def _lacks(self, file: _Wanted) -> int:
        return file.remote.size - _size(self._incoming / file.name) - _size(self._incoming / (file.name + PART))

    def _bring(self, file: _Wanted) -> StoredFile:
        whole, part = self._incoming / file.name, _into(self._incoming / (file.name + PART))
        if not whole.exists():
            resumed = self._fetch(file, part)
            if not resumed:
                return self._keep(file, part, whole)
        try:
            return self._keep(file, whole if whole.exists() else part, whole)
        except ModelDamaged:
            # What was kept from an earlier time is not what it should be; a fresh copy decides.
            self._fetch(file, part)
            return self._keep(file, part, whole)

    def _fetch(self, file: _Wanted, part: Path) -> bool:
        """Complete the part; True when some of it was there before."""
        held = _size(part)
        if held > file.remote.size:
            part.unlink()
            held = 0
        self._progress.begin("downloading", file.name)
        self._progress.held(held)
        if held < file.remote.size or not part.exists():
            with part.open("ab") as stream:
                path = file.remote.path
                self._hub.fetch(path, self._listing.commit, stream, held, file.remote.size, self._progress.grow)
        return held > 0

    def _keep(self, file: _Wanted, found: Path, whole: Path) -> StoredFile:
        """Verify a complete file and give it its name; one that is damaged is removed. Raises `ModelDamaged`."""
        self._progress.begin("verifying", file.name)
        try:
            sha256 = file.check(found, self._progress.grow)
        except ModelDamaged:
            found.unlink()
            raise
        if found != whole:
            found.replace(whole)
        return StoredFile(file.name, whole.stat().st_size, sha256, file.known_by)


def _wanted(local: LocalModel, file: ModelFile, listing: Listing) -> _Wanted:
    """What the catalogue wants, as the hub has it. Raises `DownloadFailed` where the two do not agree."""
    path = f"{local.build.folder}/{file.name}".lstrip("/")
    remote = listing.files.get(path)
    where = f"{local.build.repository} at {listing.commit[:12]}"
    if remote is None:
        raise DownloadFailed(f"wanted {path} in {where}, found no such file; the catalogue's row is out of date")
    for what, ours, theirs in (("size", file.size, remote.size), ("sha256", file.sha256, remote.sha256)):
        if ours and theirs and ours != theirs:
            raise DownloadFailed(f"wanted {path} with {what} {ours}, found {theirs} in {where}; it is not downloaded")
    if file.sha256:
        return _Wanted(file.name, remote, file.sha256, "catalogue")
    return _Wanted(file.name, remote, remote.sha256, "hub")


def _into(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read(file: Path) -> object:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
