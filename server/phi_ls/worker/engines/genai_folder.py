"""A model folder of onnxruntime-genai: what its `genai_config.json` says, and in which form the engine can take it.

The engine has one kind of error for everything, so a folder that cannot work is refused here, with what is missing.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.errors import LoadFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONFIG = "genai_config.json"


class GenaiFolder:
    """A folder with a readable `genai_config.json`. Raises `LoadFailed` for any other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in (_CONFIG, "tokenizer.json"):
            if not (path / name).is_file():
                raise LoadFailed(f"model folder {path}: wanted the file {name}, found none")
        try:
            self._config: dict[str, Any] = json.loads((path / _CONFIG).read_bytes())
            self._decoder: dict[str, Any] = self._config["model"]["decoder"]
            self._window = self._decoder.get("sliding_window")
            ends = self._config["model"]["eos_token_id"]
            self.end_tokens = frozenset([ends] if isinstance(ends, int) else ends)
            self.vocabulary = int(self._config["model"]["vocab_size"])
            self._longest = int(self._config["model"]["context_length"])
            heads, width = self._decoder["num_key_value_heads"], self._decoder["head_size"]
            self._cached_per_token = 2 * int(self._decoder["num_hidden_layers"]) * int(heads) * int(width)
        except (ValueError, KeyError, TypeError) as error:
            found = f"{type(error).__name__}: {error}"
            raise LoadFailed(f"model folder {path}: wanted a model's {_CONFIG}, found {found}") from error

    @property
    def safe_tokens(self) -> int:
        """The longest context that the model computes rightly: beyond a sliding window its graph would be wrong."""
        return min(self._longest, self._window["window_size"]) if self._window else self._longest

    def cache_bytes(self, context_tokens: int) -> int:
        """What a KV cache of that length takes on the CPU, where its numbers have four bytes; half of it elsewhere."""
        return self._cached_per_token * 4 * context_tokens

    @contextmanager
    def loadable(self) -> Iterator[Path]:
        """A folder to load from while the context is open.

        With a section `sliding_window` the engine allocates a cache that is not the one its graph expects, and crashes
        at some lengths. Within the window the section changes no result, so a passing folder gets a copy without it.
        """
        if not self._window:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="phi-ls-") as folder:
            model = self._config["model"]
            decoder = {name: value for name, value in self._decoder.items() if name != "sliding_window"}
            copy = {**self._config, "model": {**model, "decoder": decoder}}
            Path(folder, _CONFIG).write_text(json.dumps(copy), encoding="utf-8")
            yield Path(folder)

    def overlay(self, loaded_from: Path, *, context_tokens: int, threads: int) -> str:
        """The settings that go on top of the folder's own, as JSON; 0 `threads` leaves the number to the engine."""
        session: dict[str, object] = {"session.intra_op.allow_spinning": "0"}
        if threads > 0:
            session["intra_op_num_threads"] = threads
        decoder: dict[str, object] = {"session_options": session}
        if loaded_from != self.path:
            decoder["filename"] = self._path_from(loaded_from)
        return json.dumps({"search": {"max_length": context_tokens}, "model": {"decoder": decoder}})

    def _path_from(self, folder: Path) -> str:
        """The model file as seen from `folder`: the engine knows paths below its folder only, and `..` is one."""
        file = self.path.resolve() / str(self._decoder["filename"])
        try:
            return Path(os.path.relpath(file, folder.resolve())).as_posix()
        except ValueError as error:
            raise LoadFailed(f"model folder {self.path}: wanted it on the drive of {folder}, found {error}") from error
