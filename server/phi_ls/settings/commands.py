"""Every command, declared once: what a palette shows, and what the server is asked for.

The manifest's block, the extension's ids and the README table are generated from here, as they are for
settings. A palette id and a server id are never the same: VS Code's client registers each server id itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CATEGORY = "Phi"


@dataclass(frozen=True, kw_only=True)
class PaletteCommand:
    """A command that a person can choose in VS Code."""

    id: str
    title: str
    help: str
    server: str | None = None
    """The server command that does the work; None: the editor does it alone."""


PALETTE: tuple[PaletteCommand, ...] = (
    PaletteCommand(
        id="phi.explain",
        title="Explain",
        help="Explain the selection, or the definition at the cursor, in a preview beside the code.",
        server="phi.server.explain",
    ),
    PaletteCommand(
        id="phi.document",
        title="Document",
        help="Write a documentation comment for the selection, or for the definition at the cursor.",
        server="phi.server.document",
    ),
    PaletteCommand(
        id="phi.why",
        title="Why This Completion, or None",
        help="Say what the last decision about a completion was, and its reason.",
        server="phi.server.why",
    ),
    PaletteCommand(
        id="phi.showPrompt",
        title="Show the Last Prompt",
        help="Show what the model was last asked, word for word.",
        server="phi.server.showPrompt",
    ),
    PaletteCommand(
        id="phi.doctor",
        title="Doctor",
        help="Show what this machine has, what runs on it, and why the alternatives do not.",
        server="phi.server.doctor",
    ),
    PaletteCommand(
        id="phi.chooseBackend",
        title="Choose Backend",
        help="Choose where the model runs.",
    ),
    PaletteCommand(
        id="phi.chooseModel",
        title="Choose Model",
        help="Choose the model, by its id, its file or its folder.",
    ),
    PaletteCommand(
        id="phi.restart",
        title="Restart Server",
        help="Stop the server with its worker, and start it anew.",
    ),
    PaletteCommand(
        id="phi.showLog",
        title="Show Log",
        help="Show what the server has logged.",
    ),
)


def package_json_commands() -> list[dict[str, Any]]:
    """Return `contributes.commands` of the VS Code manifest."""
    return [{"command": item.id, "title": item.title, "category": CATEGORY} for item in PALETTE]


def markdown_table() -> str:
    """Return the table of commands in the README."""
    rows = ["| command | what it does |", "|---|---|"]
    rows += [f"| {CATEGORY}: {item.title} | {item.help} |" for item in PALETTE]
    return "\n".join(rows) + "\n"
