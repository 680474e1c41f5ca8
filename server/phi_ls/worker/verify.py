"""The sha256 check of model files before a load.

Both engines load damaged weights without a word and write rubbish with them, so only the hash can tell.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.errors import ModelDamaged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BLOCK_BYTES = 4 << 20
_SHOWN_DIGITS = 12


def verify(model: str, files: Mapping[str, str], between: Callable[[], None]) -> None:
    """Check each of `files` (path below `model`, or "" for `model` itself -> sha256 in hexadecimal).

    Raises `ModelDamaged` for the first that is missing or differs. Reads in blocks of a few MiB and calls `between`
    after each, for a model of several GiB takes seconds.
    """
    for name, wanted in files.items():
        path = Path(model, name) if name else Path(model)
        shown = name or path.name
        try:
            found = _sha256(path, between)
        except OSError as error:
            raise ModelDamaged(shown, wanted="a readable file", found=error.strerror or str(error)) from error
        if found != wanted.lower():
            raise ModelDamaged(shown, wanted=_short(wanted.lower()), found=_short(found))


def _sha256(path: Path, between: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            digest.update(block)
            between()
    return digest.hexdigest()


def _short(digest: str) -> str:
    return f"sha256 {digest[:_SHOWN_DIGITS]}..."
