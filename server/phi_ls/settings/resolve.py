"""From what clients and files say to `Settings`; never fails, says what it could not use."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from phi_ls.settings.declare import camel_case
from phi_ls.settings.definitions import Settings
from phi_ls.settings.own_actions import checked_list

Layer = Mapping[str, Any]


def resolve(layers: Iterable[Layer]) -> tuple[Settings, list[str]]:
    """Merge layers, the last one winning, into settings and a list of problems, one sentence each.

    A layer may be nested (`{"hover": {"mode": "off"}}`), dotted (`{"hover.mode": "off"}`) or both, with or without
    an outer `phi`. Values that do not fit keep what lower layers said.
    """
    problems: list[str] = []
    settings = Settings()
    for layer in layers:
        settings = _merge(settings, _nested(layer), "phi.", problems)
    return settings, problems


T = typing.TypeVar("T")


def _merge(target: T, layer: Layer, prefix: str, problems: list[str]) -> T:
    hints = typing.get_type_hints(type(target))
    by_key = {camel_case(item.name): item for item in dataclasses.fields(typing.cast("Any", target))}
    changed: dict[str, Any] = {}
    for key, value in layer.items():
        item = by_key.get(key)
        if item is None:
            problems.append(f"{prefix}{key} is no setting of phi-ls; it is ignored")
            continue
        current = getattr(target, item.name)
        if dataclasses.is_dataclass(current):
            if isinstance(value, Mapping):
                changed[item.name] = _merge(current, value, f"{prefix}{key}.", problems)
            elif value is not None:
                problems.append(f"{prefix}{key}: wanted a group of settings, found {value!r}; it is ignored")
            continue
        if value is None:  # an editor's way to say "not set"
            continue
        try:
            changed[item.name] = _checked(value, hints[item.name], item.metadata)
        except ValueError as problem:
            kept = current.value if isinstance(current, Enum) else current
            problems.append(f"{prefix}{key}: wanted {problem}, found {value!r}; {kept!r} is used")
    return dataclasses.replace(typing.cast("Any", target), **changed) if changed else target


def _checked(value: object, hint: type, metadata: Mapping[str, Any]) -> object:
    """`value` as `hint`; raises ValueError with what was wanted."""
    if typing.get_origin(hint) is tuple:
        return checked_list(value)
    if issubclass(hint, Enum):
        choices = [member.value for member in hint]
        if value not in choices:
            raise ValueError("one of " + ", ".join(map(str, choices)))
        return hint(value)
    if hint is bool:
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value
    if hint is int:
        low, high = metadata["minimum"], metadata["maximum"]
        if isinstance(value, float) and value.is_integer():  # JSON of some editors has only floats
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def _nested(layer: Layer) -> dict[str, Any]:
    """The layer without dots in its keys and without an outer `phi`."""
    result: dict[str, Any] = {}
    for key, value in layer.items():
        parts = key.split(".")
        if parts[0] == "phi" and (len(parts) > 1 or isinstance(value, Mapping)):
            parts = parts[1:]
        plain = _nested(value) if isinstance(value, Mapping) else value
        if not parts:
            _join(result, plain)
            continue
        for part in reversed(parts[1:]):
            plain = {part: plain}
        _join(result, {parts[0]: plain})
    return result


def _join(target: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _join(target[key], value)
        else:
            target[key] = dict(value) if isinstance(value, Mapping) else value
