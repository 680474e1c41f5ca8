"""Every error that phi-ls raises on purpose.

    PhiLsError                   one line: what was wanted, what was found, what to do
    ├── UsageError               the command line or a request asks for something that is not there
    │   └── PositionError        a line or column outside the document
    ├── CatalogError             a manifest or a model folder that cannot be used
    │   ├── ModelNotFound        no model of that id in the store or the package
    │   ├── ModelDamaged         a file is missing, has another size or another sha256
    │   ├── StoreError           the model store cannot be written, or has no room
    │   └── DownloadFailed       the hub did not give what was asked for
    ├── InstallFailed            a backend's environment could not be made or removed
    ├── JobFailed                a pull or an installation in a child did not get done; its own line says why
    ├── NoBackend                no candidate can run here; carries the refusals
    └── WorkerError              the inference worker could not do its work
        ├── LoadFailed           the engine refused the model
        ├── PromptTooLong        the prompt does not fit the model's window; carries both counts
        ├── GenerationFailed     the engine raised while it generated
        └── WorkerDied           the worker's pipe closed while a request was open

Expected absence (no symbol here, nothing to offer) is None, not an error.
"""

from __future__ import annotations


class PhiLsError(Exception):
    """The root; its text can be shown to a user as it is."""


class UsageError(PhiLsError):
    """Something that the caller named is not there."""


class PositionError(UsageError):
    """A position outside the document; lines and columns count from 1, as users do."""

    def __init__(self, line: int, column: int, *, lines: int, columns: int | None) -> None:
        found = (
            f"the file has {lines} lines"
            if columns is None
            else f"line {line} has {columns - 1} characters, so columns 1 to {columns}"
        )
        super().__init__(f"position {line}:{column} is outside the file: {found}")


class CatalogError(PhiLsError):
    """A manifest or a model folder that cannot be used."""


class ModelNotFound(CatalogError):
    """No model of that id is known or present."""


class ModelDamaged(CatalogError):
    """A model file is missing or not the one that its manifest names."""

    def __init__(self, file: str, *, wanted: str, found: str) -> None:
        super().__init__(f"model file {file}: wanted {wanted}, found {found}; import or pull the model again")
        self.file = file


class StoreError(CatalogError):
    """The model store cannot be read or written as it was wanted."""


class DownloadFailed(CatalogError):
    """The hub did not give what was asked for; what came is kept, and a later pull goes on with it."""


class InstallFailed(PhiLsError):
    """A backend's environment could not be made or removed; the one that was there is as it was."""


class JobFailed(PhiLsError):
    """A pull or an installation that ran in a child did not get done; the text is the child's own."""


class NoBackend(PhiLsError):
    """No candidate can run; `refusals` holds one line for each."""

    def __init__(self, refusals: tuple[str, ...]) -> None:
        listed = "; ".join(refusals) or "no candidate is known"
        super().__init__(f"no backend can run a model here: {listed}; see `phi-ls doctor`")
        self.refusals = refusals


class WorkerError(PhiLsError):
    """The inference worker could not do its work."""


class LoadFailed(WorkerError):
    """The engine refused the model, or is not installed."""


class PromptTooLong(WorkerError):
    """The prompt does not fit; the caller may shorten it by the two counts and ask again."""

    def __init__(self, found_tokens: int, limit_tokens: int) -> None:
        super().__init__(f"the prompt has {found_tokens} tokens, the model takes {limit_tokens}")
        self.found_tokens = found_tokens
        self.limit_tokens = limit_tokens


class GenerationFailed(WorkerError):
    """The engine raised while it generated."""


class WorkerDied(WorkerError):
    """The worker's pipe closed while a request was open."""

    def __init__(self, returncode: int | None, *, last_words: str = "") -> None:
        said = f", saying: {last_words}" if last_words else ""
        how = "was killed, as systems do for want of memory" if returncode == -9 else f"ended with code {returncode}"
        super().__init__(f"the inference worker {how}{said}")
        self.returncode = returncode
