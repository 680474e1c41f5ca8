"""The user's settings from wherever they are kept, the last one winning.

The user's own file comes first, then `initializationOptions`, then what the client pushes or answers when asked.
Clients disagree on the shape: with an outer `phi` or without, nested or dotted, alone or among the settings of others.
All of these are read. A value that does not fit is a problem to tell once, never a failure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from phi_ls import paths
from phi_ls.settings import Settings, resolve

SECTION = "phi"


class Configuration:
    """The layers of settings of one session."""

    def __init__(self, initialization_options: object = None) -> None:
        self._initial = initialization_options
        self._from_client: object = None
        self._told: set[str] = set()
        self.taken = 0
        """How often the client has said something."""

    def take(self, section: object) -> None:
        """Take what the client says in place of what it said before; `initializationOptions` stay below it."""
        self._from_client = section
        self.taken += 1

    def resolve(self) -> tuple[Settings, list[str]]:
        """The settings, and the problems that were not told before, one sentence each."""
        problems: list[str] = []
        layers = [
            _user_file(problems),
            _layer(self._initial, "initializationOptions", problems),
            _layer(self._from_client, "the client's configuration", problems),
        ]
        settings, more = resolve(layers)
        fresh = [problem for problem in dict.fromkeys([*problems, *more]) if problem not in self._told]
        self._told.update(fresh)
        return settings, fresh


def _layer(value: object, name: str, problems: list[str]) -> Mapping[str, Any]:
    """What of a client's value are settings of phi-ls."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        problems.append(f"{name}: wanted an object, found {type(value).__name__}; it is ignored")
        return {}
    own = {key: item for key, item in value.items() if key == SECTION or key.startswith(SECTION + ".")}
    return own or value


def _user_file(problems: list[str]) -> Mapping[str, Any]:
    """The user's own file; absent is empty."""
    file = paths.config_file()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{file}: wanted a readable file, found {type(error).__name__}; it is ignored")
        return {}
    try:
        return _layer(json.loads(text), str(file), problems)
    except ValueError as error:
        problems.append(f"{file}: wanted JSON, found an error ({error}); it is ignored")
        return {}
