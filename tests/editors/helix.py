"""Helix in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editors.editor import Editor
from editors.pages import snippets
from editors.workplace import START_SECONDS

if TYPE_CHECKING:
    from pathlib import Path


_ANOTHER = """
[language-server.another]
command = "another-ls"
"""


class Helix(Editor):
    name = "Helix"
    program = "hx"
    ready = "[scratch]"
    version_of = ("helix",)
    ghost = False
    tells_acceptance = False

    def configure(self) -> None:
        folder = self.work.home / "config" / "helix"
        folder.mkdir(parents=True)
        self.languages = folder / "languages.toml"
        text = snippets("helix")["languages.toml"]
        if self.work.beside:
            alone = 'language-servers = ["phi"]'
            assert alone in text
            text = text.replace(alone, 'language-servers = ["another", "phi"]') + _ANOTHER
        self.languages.write_text(text)
        (folder / "config.toml").write_text('theme = "base16_terminal"\n')

    def arguments(self) -> list[str]:
        return ["-v", "--log", str(self.work.folder / "helix.log")]

    def sends(self, method: str, what: str, *, times: int = 1) -> None:
        """Wait until Helix has sent a message that often, as its log says."""
        log, sent = self.work.folder / "helix.log", f'"method":"{method}"'
        self.terminal.wait(lambda: log.read_text().count(sent) >= times, what, START_SECONDS)

    def command(self, text: str) -> None:
        # The first one may close a menu only.
        self.terminal.escape()
        self.terminal.escape()
        self.terminal.type(f":{text}")
        self.terminal.keys("Enter")

    def open(self, path: Path) -> None:
        self.command(f"open {path.name}")
        self.terminal.sees(f"NOR   {path.name} ")

    def append(self, line: int) -> None:
        self.terminal.escape()
        self.terminal.type(f"{line}GA")

    def insert(self, line: int, column: int) -> None:
        self.go(line, column)
        self.terminal.type("i")

    def go(self, line: int, column: int) -> None:
        self.command(f"goto {line}")
        self.terminal.type("gh" + "l" * column)

    def ask(self) -> None:
        self.terminal.keys("C-x")

    def shows(self, line: str, text: str) -> None:
        self.terminal.sees(f" {text.splitlines()[0].strip()} text")

    def accept(self) -> None:
        self.terminal.keys("Tab", "Enter")

    def undo(self) -> None:
        self.terminal.escape()
        self.terminal.escape()
        self.terminal.type("u")

    def save(self) -> None:
        self.command("write!")

    def hover(self) -> None:
        self.terminal.type(" k")

    def turn_hover(self) -> None:
        self.terminal.keys("M-n")

    def unhover(self) -> None:
        self.terminal.escape()

    def act(self, title: str) -> None:
        self.terminal.type(" a")
        self.terminal.sees(title)
        rows = [row for row in self.terminal.screen().splitlines() if "with phi-ls" in row]
        chosen = next(number for number, row in enumerate(rows) if title in row)
        self.terminal.keys(*["Down"] * chosen, "Enter")
        self.sends("codeAction/resolve", "Helix should resolve the action first, as it does with each that has no edit")

    def switch_off(self) -> None:
        """Helix hands settings over at the start only, so the page says to restart the server."""
        on = self.languages.read_text()
        off = on.replace("phi = { ", "phi = { enable = false, ")
        assert off != on
        self.languages.write_text(off)
        self.command("config-reload")
        self.restart()
        self.sends("initialized", "another server", times=2)

    def restart(self) -> None:
        self.command("lsp-restart phi")

    def leave(self) -> None:
        self.command("quit-all!")
