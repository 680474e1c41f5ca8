"""Rewrite what is generated from the declarations of settings and commands.

    python scripts/generate.py            rewrite the files that differ
    python scripts/generate.py --check    change nothing; print the differences; exit with 1 if there are any

The sources are `phi_ls.settings`; the products are blocks of package.json, extension/src/generated.ts,
schemas/settings.json, and tables of README.md and docs/configuration.md between marks. What stands outside of them is
kept.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.settings import BackendName, Scope, Settings, commands, schema
from phi_ls.settings.declare import Declaration, declarations

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent


def manifest(text: str) -> str:
    """Return package.json with the blocks that the declarations own."""
    package = json.loads(text)
    package["contributes"]["commands"] = commands.package_json_commands()
    package["contributes"]["configuration"]["properties"] = schema.package_json_properties()
    package["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] = [
        _full(item) for item in declarations(Settings) if item.scope is Scope.MACHINE
    ]
    return _json(package)


def json_schema(_: str) -> str:
    """Return the JSON schema of the settings."""
    return _json(schema.json_schema())


def typescript(_: str) -> str:
    """Return the extension's names of settings and commands, formatted as prettier does."""
    settings = declarations(Settings)
    restart = [_full(item) for item in settings if item.client_only and item.scope is Scope.MACHINE]
    # A person has no use for the scripted one: it plays back texts in tests.
    backends = [name.value for name in BackendName if name is not BackendName.SCRIPTED]
    lines = [
        "// Generated from server/phi_ls/settings by scripts/generate.py; edits are lost.",
        "",
        "export const Setting = {",
        *(f'  {_identifier(item.key)}: "{_full(item)}",' for item in settings),
        "} as const;",
        "",
        "/** Settings that the server cannot follow while it runs. */",
        f"export const restartSettings = {_array(restart)} as const;",
        "",
        f"export const backends = {_array(backends)} as const;",
        "",
        "export const ServerCommand = {",
        *(f'  {name.split(".")[-1]}: "{name}",' for name in commands.server_commands()),
        "} as const;",
        "",
        "export const palette = [",
        *(line for item in commands.PALETTE for line in _palette_row(item)),
        "] as const;",
        "",
        'export type PaletteId = (typeof palette)[number]["id"];',
        "",
        "export type ServerCommandId = (typeof ServerCommand)[keyof typeof ServerCommand];",
    ]
    return "\n".join(lines) + "\n"


def readme(text: str) -> str:
    """Return README.md with its two tables."""
    text = _between_marks(text, "settings", schema.markdown_table())
    return _between_marks(text, "commands", commands.markdown_table())


def configuration(text: str) -> str:
    """Return docs/configuration.md with its tables of settings and of server commands."""
    text = _between_marks(text, "settings", schema.markdown_table())
    return _between_marks(text, "server commands", _server_commands())


PRODUCTS: dict[str, Callable[[str], str]] = {
    "package.json": manifest,
    "extension/src/generated.ts": typescript,
    "schemas/settings.json": json_schema,
    "README.md": readme,
    "docs/configuration.md": configuration,
}


def differences(root: Path = ROOT) -> dict[str, tuple[str, str]]:
    """Return, by path, each product that has drifted: its text, and what the text should be."""
    found: dict[str, tuple[str, str]] = {}
    for name, produce in PRODUCTS.items():
        path = root / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = produce(before)
        if before != after:
            found[name] = (before, after)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Rewrite or check; return the exit status."""
    parser = argparse.ArgumentParser(description="Rewrite what is generated from phi_ls.settings.")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a file has drifted")
    check = parser.parse_args(arguments).check
    found = differences()
    for name, (before, after) in found.items():
        if check:
            lines = difflib.unified_diff(
                before.splitlines(), after.splitlines(), name, f"{name} (generated)", lineterm=""
            )
            sys.stdout.write("\n".join(lines) + "\n")
            continue
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(after, encoding="utf-8")
        sys.stdout.write(f"rewrote {name}\n")
    if check and found:
        sys.stderr.write("generate: drifted from phi_ls.settings; run: python scripts/generate.py\n")
        return 1
    return 0


def _server_commands() -> str:
    """What a client without a palette of ours can ask the server for."""
    rows = ["| command | what it does |", "|---|---|"]
    rows += [f"| `{name}` | {text} |" for name, text in commands.server_commands().items()]
    return "\n".join(rows) + "\n"


def _between_marks(text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        sys.exit(f"generate: the page should hold one pair of marks {begin} and {end}")
    return pattern.sub(lambda _: f"{begin}\n\n{table}\n{end}", text)


def _palette_row(item: commands.PaletteCommand) -> list[str]:
    help_text = item.help.replace('"', '\\"')
    return [
        "  {",
        f'    id: "{item.id}",',
        f'    title: "{item.title}",',
        f'    help: "{help_text}",',
        "  },",
    ]


def _full(item: Declaration) -> str:
    return f"{schema.SECTION}.{item.key}"


def _identifier(key: str) -> str:
    return re.sub(r"\.(\w)", lambda match: match.group(1).upper(), key)


def _array(items: list[str]) -> str:
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
