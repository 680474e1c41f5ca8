"""How a setting is declared: a dataclass field with its help, bounds and scope."""

from __future__ import annotations

import dataclasses
import re
import typing
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Scope(Enum):
    """Who may set it, in VS Code's terms.

    MACHINE settings name programs, models or addresses; a repository must not be able to set them.
    """

    MACHINE = "machine"
    WINDOW = "window"
    RESOURCE = "language-overridable"


@dataclass(frozen=True)
class Declaration:
    """What is known of one setting."""

    key: str
    """Dotted, camelCase, without the leading `phi.`"""
    type: type
    default: Any
    help: str
    scope: Scope
    minimum: int | None
    maximum: int | None
    choices: tuple[str, ...]
    client_only: bool
    """Read by the extension; the server accepts and ignores it."""


def setting(
    default: Any,  # noqa: ANN401 - the field's own annotation says which type
    help_text: str,
    *,
    scope: Scope = Scope.RESOURCE,
    minimum: int | None = None,
    maximum: int | None = None,
    client_only: bool = False,
) -> Any:  # noqa: ANN401
    """Declare a dataclass field as a setting."""
    metadata = {
        "help": help_text,
        "scope": scope,
        "minimum": minimum,
        "maximum": maximum,
        "client_only": client_only,
    }
    return dataclasses.field(default=default, metadata=metadata)


def declarations(cls: type, prefix: str = "") -> list[Declaration]:
    """The settings of a dataclass tree, depth first, in the order in which they are written."""
    hints = typing.get_type_hints(cls)
    found: list[Declaration] = []
    for item in dataclasses.fields(cls):
        key = prefix + camel_case(item.name)
        hint = hints[item.name]
        if dataclasses.is_dataclass(hint):
            found += declarations(typing.cast("type", hint), key + ".")
            continue
        choices = tuple(member.value for member in hint) if _is_enum(hint) else ()
        default = item.default.value if isinstance(item.default, Enum) else item.default
        meta = item.metadata
        found.append(
            Declaration(
                key,
                hint,
                default,
                meta["help"],
                meta["scope"],
                meta["minimum"],
                meta["maximum"],
                choices,
                meta["client_only"],
            )
        )
    return found


def camel_case(name: str) -> str:
    """`debounce_ms` -> `debounceMs`."""
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), name)


def _is_enum(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Enum)
