"""The model hub, through huggingface_hub. The one module that imports it, and only while a model is pulled.

`HF_ENDPOINT`, `HF_TOKEN`, the token of `hf auth login`, `HF_HUB_OFFLINE` and the proxy variables mean what they mean
there. No telemetry is sent, and nothing is written but the file that the caller opens.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from phi_ls.errors import DownloadFailed, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import BinaryIO

    from phi_ls.catalog.manifest import Build

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN_WARNING": "1",
}
COMMIT_DIGITS = 40
PIECE_BYTES = 1 << 18


@dataclass(frozen=True)
class RemoteFile:
    """A file as the hub records it. Large files have a `sha256`, small ones git's `blob` id."""

    path: str
    size: int
    sha256: str | None
    blob: str | None


@dataclass(frozen=True)
class Listing:
    """The files of a repository at one commit, by path."""

    commit: str
    files: dict[str, RemoteFile]


class Hub:
    """One connection to the hub for one repository. Every method raises `DownloadFailed` in one clear line."""

    def __init__(self, build: Build) -> None:
        endpoint = os.environ.get("HF_ENDPOINT") or None
        if endpoint and not urlsplit(endpoint).netloc:
            raise DownloadFailed(f"wanted an address such as https://huggingface.co in HF_ENDPOINT, found {endpoint!r}")
        os.environ.update(QUIET)
        try:
            self._hub = importlib.import_module("huggingface_hub")
            self._transfer = importlib.import_module("huggingface_hub.file_download")
        except ImportError as error:
            raise DownloadFailed('pulling needs huggingface_hub; pip install "phi-ls[pull]"') from error
        self._hub.logging.set_verbosity(self._hub.logging.CRITICAL)
        # In larger pieces a kill loses more, and the progress stands still on a slow line.
        self._hub.constants.DOWNLOAD_CHUNK_SIZE = PIECE_BYTES
        self._repository = build.repository
        self._revision = build.revision
        self._api = self._hub.HfApi(endpoint=endpoint)

    @property
    def host(self) -> str:
        """Where the repository is asked for."""
        return urlsplit(str(self._api.endpoint)).netloc

    def listing(self) -> Listing:
        """What the repository has at the pinned revision, or at its newest where none is pinned."""
        with self._explained("its list of files"):
            info = self._api.model_info(self._repository, revision=self._commit(), files_metadata=True, timeout=30)
        files = {
            item.rfilename: RemoteFile(
                item.rfilename, item.size or 0, item.lfs.sha256 if item.lfs else None, item.blob_id
            )
            for item in info.siblings or ()
        }
        return Listing(info.sha or self._revision, files)

    def fetch(
        self, path: str, commit: str, stream: BinaryIO, held: int, size: int, grown: Callable[[int], None]
    ) -> None:
        """Append the rest of a file to `stream`, which holds its first `held` bytes; `grown` hears of each piece."""
        url = self._hub.hf_hub_url(self._repository, path, revision=commit, endpoint=self._api.endpoint)
        with self._explained(path):
            facts = self._hub.get_hf_file_metadata(url, endpoint=self._api.endpoint)
            headers = self._hub.utils.build_hf_headers()
            if urlsplit(facts.location).netloc != self.host:
                # A storage server is not told the hub's token.
                headers.pop("authorization", None)
            self._transfer.http_get(
                facts.location,
                _Growing(stream, grown),
                resume_size=held,
                headers=headers,
                expected_size=facts.size if facts.size is not None else size,
            )

    def _commit(self) -> str | None:
        """The pinned commit in full; the hub takes no shortened ones."""
        short = self._revision
        if not short or len(short) == COMMIT_DIGITS:
            return short or None
        commits = self._api.list_repo_commits(self._repository)
        found = [commit.commit_id for commit in commits if commit.commit_id.startswith(short)]
        if not found:
            raise DownloadFailed(
                f"{self._repository} has no commit {short} any more; its row in the catalogue is out of date"
            )
        return str(found[0])

    def _explained(self, what: str) -> _Explained:
        return _Explained(f"{self._repository}, {what}, from {self.host}")


class _Explained:
    """Turns what the hub's library raises into one line."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception) or isinstance(error, DownloadFailed):
            return
        if isinstance(error, OSError) and error.errno is not None and not _is_network(error):
            raise StoreError(
                f"wanted {self._wanted}, found {error.strerror}; make room and pull again, what came is kept"
            ) from error
        raise DownloadFailed(f"wanted {self._wanted}, found {_found(error)}") from error


def _is_network(error: OSError) -> bool:
    return isinstance(error, ConnectionError)


def _found(error: Exception) -> str:
    name = type(error).__name__
    known = {
        "RepositoryNotFoundError": "no such repository, or one that needs a token (HF_TOKEN)",
        "GatedRepoError": "a repository that asks for consent on its page and for a token (HF_TOKEN)",
        "RevisionNotFoundError": "no such revision",
        "RemoteEntryNotFoundError": "no such file at the pinned revision",
        "EntryNotFoundError": "no such file at the pinned revision",
        "OfflineModeIsEnabled": "HF_HUB_OFFLINE set; unset it, or use `phi-ls models import`",
    }
    if name in known:
        return known[name]
    said = " ".join(str(error).split())[:200] or name
    return f"no connection that lasts ({said}); run the same command again, it goes on where it stopped"


class _Growing:
    """A stream that tells how much was written to it."""

    def __init__(self, stream: BinaryIO, grown: Callable[[int], None]) -> None:
        self._stream = stream
        self._grown = grown

    def write(self, data: bytes) -> int:
        written = self._stream.write(data)
        self._grown(len(data))
        return written

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the stream's own
        return getattr(self._stream, name)
