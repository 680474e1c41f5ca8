"""Neovim: its TUI in a terminal, and its state over its RPC socket."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from editors.editor import Editor
from editors.pages import snippets
from editors.toolbox import found
from editors.workplace import START_SECONDS

if TYPE_CHECKING:
    from pathlib import Path


_ANOTHER = """
vim.lsp.config('another', { cmd = { 'another-ls' }, filetypes = { 'python' }, root_markers = { 'pyproject.toml' } })
vim.lsp.enable('another')
"""


class Neovim(Editor):
    """With ghost text."""

    name = "Neovim"
    program = "nvim"
    ready = "[No Name]"
    version_of = ("neovim",)
    ghost = True
    keeps_ghost_after_null = True
    parts = ("server.lua", "ghost.lua")

    def configure(self) -> None:
        pages = snippets("neovim")
        text = "\n".join(pages[part] for part in self.parts) + (_ANOTHER if self.work.beside else "")
        (self.work.folder / "init.lua").write_text(text)
        self.socket = self.work.folder / "nvim.socket"

    def arguments(self) -> list[str]:
        return ["-n", "-i", "NONE", "-u", str(self.work.folder / "init.lua"), "--listen", str(self.socket)]

    def lua(self, expression: str) -> Any:
        """The value of a Lua expression in the editor."""
        program = found(self.program)
        assert program is not None
        quoted = f"vim.json.encode({expression})".replace("'", "''")
        done = subprocess.run(
            [program, "--server", str(self.socket), "--remote-expr", f"luaeval('{quoted}')"],
            env=self.work.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def command(self, text: str) -> None:
        self.terminal.escape()
        self.terminal.type(f":{text}")
        self.terminal.keys("Enter")

    def open(self, path: Path) -> None:
        self.command(f"edit {path.name}")
        attached = "{ vim.fn.expand('%:t'), #vim.lsp.get_clients({ bufnr = 0 }) }"
        servers = 2 if self.work.beside else 1
        self.terminal.wait(
            lambda: self.lua(attached) == [path.name, servers], "the file should be served", START_SECONDS
        )

    def append(self, line: int) -> None:
        self.terminal.escape()
        self.terminal.type(f"{line}GA")

    def insert(self, line: int, column: int) -> None:
        self.go(line, column)
        self.terminal.type("i")

    def go(self, line: int, column: int) -> None:
        self.command(f"call cursor({line}, {column + 1})")

    def ask(self) -> None:
        """Ghost text comes by itself."""

    def menu(self) -> None:
        self.terminal.keys("C-x", "C-o")

    def ask_by_hand(self) -> None:
        self.terminal.keys("C-Space")

    def accept(self) -> None:
        """Neovim takes it a moment after the key, and not at all once insert mode is left."""
        self.terminal.keys("Tab")
        ghosts = (
            "vim.api.nvim_buf_get_extmarks(0, vim.api.nvim_create_namespace('nvim.lsp.inline_completion'), 0, -1, {})"
        )
        self.terminal.wait(lambda: self.lua(f"#{ghosts}") == 0, "the ghost text should be taken")

    def undo(self) -> None:
        self.terminal.escape()
        self.terminal.type("u")

    def save(self) -> None:
        self.command("silent write!")

    def hover(self) -> None:
        self.terminal.type("K")

    def unhover(self) -> None:
        self.terminal.type("h")

    def act(self, title: str) -> None:
        self.terminal.type("gra")
        self.terminal.sees(title)
        rows = [row for row in self.terminal.screen().splitlines() if title in row]
        number = rows[-1].split(":")[0].strip()
        self.terminal.type(number)
        self.terminal.keys("Enter")

    def switch_off(self) -> None:
        self.command(
            "lua local c = vim.lsp.get_clients({ name = 'phi' })[1]; c.settings.phi.enable = false; "
            "c:notify('workspace/didChangeConfiguration', { settings = c.settings })"
        )

    def restart(self) -> None:
        """Neovim says that the server is gone, in a box that Escape puts away."""
        self.terminal.sees("Client phi quit")
        self.command("edit!")

    def leave(self) -> None:
        self.command("qall!")


class NeovimPopup(Neovim):
    """With the popup, as in versions without ghost text."""

    name = "Neovim, popup"
    ghost = False
    keeps_ghost_after_null = False
    shows_misplaced = False
    parts = ("server.lua", "popup.lua")

    def indent_with_tabs(self) -> None:
        """Its Python files have spaces unless it is told otherwise, also in what it expands."""
        self.command("setlocal noexpandtab")

    def ask(self) -> None:
        self.terminal.keys("C-x", "C-o")

    def shows(self, line: str, text: str) -> None:
        self.terminal.sees(f" {text.splitlines()[0].strip()} Text phi-ls")

    def accept(self) -> None:
        self.terminal.keys("C-n", "C-y")
