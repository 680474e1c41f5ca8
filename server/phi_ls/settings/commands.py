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
        help="Explain the selection, or the definition at the cursor, beside the code.",
        server="phi.server.explain",
    ),
    PaletteCommand(
        id="phi.document",
        title="Document",
        help="Write documentation for the selection, or for the definition at the cursor.",
        server="phi.server.document",
    ),
    PaletteCommand(
        id="phi.explainError",
        title="Explain Problem",
        help="Explain the problem that the editor shows at the cursor, and how to correct it.",
        server="phi.server.explainError",
    ),
    PaletteCommand(
        id="phi.fix",
        title="Fix Problem",
        help="Correct the problem at the cursor with the smallest change.",
        server="phi.server.fix",
    ),
    PaletteCommand(
        id="phi.addTypes",
        title="Add Types",
        help="Add type annotations to the definition at the cursor, and nothing else.",
        server="phi.server.addTypes",
    ),
    PaletteCommand(
        id="phi.simplify",
        title="Simplify",
        help="Make the selection, or the definition at the cursor, simpler.",
        server="phi.server.simplify",
    ),
    PaletteCommand(
        id="phi.refactor",
        title="Change as I Say",
        help="Change the selection, or the definition at the cursor, as an instruction says.",
        server="phi.server.refactor",
    ),
    PaletteCommand(
        id="phi.tests",
        title="Write Tests",
        help="Write tests for the definition at the cursor, as the project writes its own.",
        server="phi.server.tests",
    ),
    PaletteCommand(
        id="phi.rename",
        title="Suggest Names",
        help="Suggest better names for the definition at the cursor, to rename it everywhere.",
        server="phi.server.rename",
    ),
    PaletteCommand(
        id="phi.explainFile",
        title="Explain File",
        help="Explain each definition of the file, then all of them together.",
        server="phi.server.explainFile",
    ),
    PaletteCommand(
        id="phi.commitMessage",
        title="Write Commit Message",
        help="Write a commit message for what is staged in git.",
        server="phi.server.commitMessage",
    ),
    PaletteCommand(
        id="phi.own",
        title="Run My Action",
        help="Run one of the actions that you defined in the setting `phi.actions`.",
        server="phi.server.own",
    ),
    PaletteCommand(
        id="phi.answers",
        title="Show an Earlier Answer",
        help="Choose among the answers of this session, also those whose edits were not made.",
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
        id="phi.forgetExplanations",
        title="Forget Explanations",
        help="Delete every explanation that is kept for hovers.",
        server="phi.server.forgetExplanations",
    ),
    PaletteCommand(
        id="phi.pullModel",
        title="Download Model",
        help="Download a model that suits this machine, once you agree.",
    ),
    PaletteCommand(
        id="phi.installBackend",
        title="Install Backend",
        help="Install a backend that this machine could use, once you agree.",
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
        id="phi.tryCompletion",
        title="Try a Completion",
        help="Open a small file that shows how completions come and what takes them.",
    ),
    PaletteCommand(
        id="phi.getStarted",
        title="Get Started",
        help="Show the first steps: see what this machine has, pick a model, try a completion.",
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

WITHOUT_PALETTE: tuple[tuple[str, str], ...] = (
    ("phi.server.backends", "Say which backends there are, and what installing one would fetch from where."),
    ("phi.server.installBackend", "Install a backend, `{backend}`, once the user has agreed."),
    ("phi.server.models", "Say which models there are, and what pulling one would fetch from where, on which terms."),
    ("phi.server.pullModel", "Pull a model, `{model, build}` or the one that suits, once the user has agreed."),
)
"""Commands of the server that a client asks for as a part of one of its own, and what each does."""


def server_commands() -> dict[str, str]:
    """Every command of the server that a client can ask for, and what it does."""
    return dict(WITHOUT_PALETTE) | {item.server: item.help for item in PALETTE if item.server}


def package_json_commands() -> list[dict[str, Any]]:
    """Return `contributes.commands` of the VS Code manifest."""
    return [{"command": item.id, "title": item.title, "category": CATEGORY} for item in PALETTE]


def markdown_table() -> str:
    """Return the table of commands in the README."""
    rows = ["| command | what it does |", "|---|---|"]
    rows += [f"| {CATEGORY}: {item.title} | {item.help} |" for item in PALETTE]
    return "\n".join(rows) + "\n"
