"""What is generated from the declarations: the VS Code manifest's block, a JSON schema, a Markdown table."""

from __future__ import annotations

import typing
from typing import Any

from phi_ls.settings import own_actions
from phi_ls.settings.declare import Declaration, declarations
from phi_ls.settings.definitions import Settings

SECTION = "phi"
_JSON_TYPES = {bool: "boolean", int: "integer", str: "string"}


def package_json_properties() -> dict[str, Any]:
    """`contributes.configuration.properties` of the VS Code manifest."""
    return {f"{SECTION}.{item.key}": {**_property(item), "scope": item.scope.value} for item in declarations(Settings)}


def json_schema() -> dict[str, Any]:
    """A JSON schema of `initializationOptions` and of the user's settings file (keys without `phi.`)."""
    root: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "phi-ls settings",
        "type": "object",
        "properties": {},
    }
    for item in declarations(Settings):
        node = root
        *groups, name = item.key.split(".")
        for group in groups:
            node = node["properties"].setdefault(group, {"type": "object", "properties": {}})
        node["properties"][name] = _property(item)
    return root


def markdown_table() -> str:
    """The table of settings in the README."""
    rows = ["| setting | default | what it does |", "|---|---|---|"]
    for item in declarations(Settings):
        default = f'`"{item.default}"`' if isinstance(item.default, str) else f"`{str(item.default).lower()}`"
        default = "`[]`" if item.default == () else default
        rows.append(f"| `{SECTION}.{item.key}` | {default} | {item.help}{_bounds(item)} |")
    return "\n".join(rows) + "\n"


def _property(item: Declaration) -> dict[str, Any]:
    if typing.get_origin(item.type) is tuple:
        return {**own_actions.schema(), "default": list(item.default), "markdownDescription": item.help}
    result: dict[str, Any] = {
        "type": "string" if item.choices else _JSON_TYPES[item.type],
        "default": item.default,
        "markdownDescription": item.help,
    }
    if item.choices:
        result["enum"] = list(item.choices)
    if item.minimum is not None:
        result["minimum"] = item.minimum
    if item.maximum is not None:
        result["maximum"] = item.maximum
    return result


def _bounds(item: Declaration) -> str:
    if item.choices:
        return " One of " + ", ".join(f"`{choice}`" for choice in item.choices) + "."
    if item.minimum is not None:
        return f" From {item.minimum} to {item.maximum}."
    return ""
