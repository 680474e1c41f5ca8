"""Emacs in a terminal, with either of its clients."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, ClassVar

from editors.editor import Editor
from editors.pages import snippets
from editors.toolbox import TOOLBOX
from editors.workplace import START_SECONDS

if TYPE_CHECKING:
    from pathlib import Path

PROMPT_SECONDS = 2.0
PROMPTS = 10
_QUIET = """
(setq inhibit-startup-screen t make-backup-files nil create-lockfiles nil auto-save-default nil
      python-indent-guess-indent-offset nil vc-handled-backends nil confirm-kill-processes nil
      native-comp-jit-compilation nil native-comp-enable-subr-trampolines nil)
(add-hook 'window-setup-hook (lambda () (message "Ready for keys")))
"""
_PACKAGES = """
(setq load-path (append (file-expand-wildcards "{folder}/*") load-path)
      lsp-auto-guess-root t lsp-restart 'auto-restart lsp-warn-no-matched-clients nil
      lsp-headerline-breadcrumb-enable nil lsp-enable-suggest-server-download nil)
(load "lsp-mode-autoloads" t t)
(require 'yasnippet)
(yas-global-mode 1)
"""

_ANOTHER = """
(require 'lsp-mode)
(lsp-register-client
 (make-lsp-client :server-id 'another :new-connection (lsp-stdio-connection '("another-ls"))
                  :activation-fn (lsp-activate-on "python")))
"""


class Emacs(Editor):
    """What both clients share."""

    program = "emacs"
    ready = "Ready for keys"
    snippet: ClassVar[str]

    def configure(self) -> None:
        text = _QUIET + self.before() + snippets("emacs")[self.snippet]
        (self.work.folder / "init.el").write_text(text)

    def before(self) -> str:
        """What a package manager or a user's own taste does, before the snippet of the page."""
        return ""

    def arguments(self) -> list[str]:
        return ["-nw", "--no-site-file", "--no-site-lisp", "-q", "-l", str(self.work.folder / "init.el")]

    def command(self, name: str, *answers: str) -> None:
        """`M-x`, and what is asked in the minibuffer after it."""
        self._prompt("M-x", "M-x")
        for text in (name, *answers):
            self.terminal.type(text)
            self.terminal.keys("Enter")

    def evaluate(self, expression: str) -> None:
        self._prompt("M-:", "Eval:")
        self.terminal.type(expression)
        self.terminal.keys("Enter")

    def _prompt(self, key: str, prompt: str) -> None:
        """Open the minibuffer. Emacs may lose a key that comes while it waits for an answer of the server."""
        for _ in range(PROMPTS):
            self.terminal.keys(key)
            with contextlib.suppress(AssertionError):
                self.terminal.wait(lambda: self._last_line().startswith(prompt), prompt, PROMPT_SECONDS)
                return
            self.terminal.keys("C-g")
        raise AssertionError(f"Emacs does not hear {key}; the screen:\n{self.terminal.screen()}")

    def _last_line(self) -> str:
        return self.terminal.screen().rpartition("\n")[2]

    def open(self, path: Path) -> None:
        self.evaluate(f'(progn (find-file "{path}") (delete-other-windows))')
        self.terminal.sees(f" {path.name} ")

    def append(self, line: int) -> None:
        self.terminal.keys("M-g", "g")
        self.terminal.type(str(line))
        self.terminal.keys("Enter", "C-e")

    def insert(self, line: int, column: int) -> None:
        self.go(line, column)

    def go(self, line: int, column: int) -> None:
        self.terminal.keys("M-g", "g")
        self.terminal.type(str(line))
        self.terminal.keys("Enter", "C-a", *["C-f"] * column)

    def undo(self) -> None:
        self.terminal.keys("C-/")

    def save(self) -> None:
        self.terminal.keys("C-x", "C-s")

    def unhover(self) -> None:
        self.terminal.keys("C-x", "1")

    def leave(self) -> None:
        self.evaluate("(progn (set-buffer-modified-p nil) (save-buffers-kill-emacs))")


class Eglot(Emacs):
    name = "Emacs, eglot"
    version_of = ("emacs", "eglot")
    ghost = False
    takes_at_once = True
    tells_acceptance = False
    several = False
    snippet = "eglot.el"

    def ask(self) -> None:
        self.terminal.keys("C-M-i")

    def shows(self, line: str, text: str) -> None:
        """It is in the file already."""
        self.terminal.sees(line.strip() + text.splitlines()[0])

    def accept(self) -> None:
        """The only candidate is taken at once, where it begins with the word before the cursor."""
        if "*Completions*" in self.terminal.screen():
            self.terminal.keys("M-Down", "M-Enter")

    def hover(self) -> None:
        """There is nothing to show in full until Emacs, when no key comes, has asked for it by itself."""

        def shown() -> bool:
            self.terminal.keys("C-h", ".")
            with contextlib.suppress(AssertionError):
                self.terminal.sees("*eldoc", PROMPT_SECONDS)
                return True
            return False

        self.terminal.wait(shown, "the window of the hover")

    def act(self, title: str) -> None:
        self.command("eglot-code-actions")
        self.terminal.sees("Pick an action")
        self.terminal.type(title)
        self.terminal.keys("Enter")

    def switch_off(self) -> None:
        self.evaluate("(setq-default eglot-workspace-configuration '(:phi (:enable :json-false)))")
        self.command("eglot-signal-didChangeConfiguration")

    def restart(self) -> None:
        """eglot does it by itself, once it has noticed that the server is gone, for one that had run for 3 seconds."""
        noticed = (
            "(with-timeout (20) (while (and (eglot-current-server) (not (jsonrpc-running-p (eglot-current-server))))"
            " (accept-process-output nil 0.1)))"
        )
        self.evaluate(f"(progn {noticed} (unless (eglot-current-server) (call-interactively 'eglot)))")


class LspMode(Emacs):
    name = "Emacs, lsp-mode"
    version_of = ("emacs", "lsp-mode")
    ghost = True
    snippet = "lsp-mode.el"
    packages = TOOLBOX / "usr" / "share" / "emacs" / "site-lisp" / "elpa-src"

    @classmethod
    def missing(cls) -> str:
        without = "" if cls.packages.exists() else "there is no lsp-mode; scripts/setup-editors.sh brings it"
        return super().missing() or without

    def before(self) -> str:
        return _PACKAGES.replace("{folder}", str(self.packages)) + (_ANOTHER if self.work.beside else "")

    def ask(self) -> None:
        """Ghost text comes by itself to who types and pauses, not to who only moves."""
        self.command("lsp-inline-completion-display")

    def menu(self) -> None:
        self.terminal.keys("C-M-i")

    def accept(self) -> None:
        self.terminal.keys("Tab")

    def hover(self) -> None:
        self.command("lsp-describe-thing-at-point")

    def act(self, title: str) -> None:
        self.command("lsp-execute-code-action")
        self.terminal.sees("Select code action")
        self.terminal.type(title)
        self.terminal.keys("Enter")

    def ask_by_hand(self) -> None:
        self.ask()

    def switch_off(self) -> None:
        """lsp-mode hands settings over at the start only, so the page says to restart the server."""
        self.evaluate('(lsp-register-custom-settings \'(("phi.enable" nil t)))')
        self.command("lsp-workspace-restart")
        self.terminal.wait(lambda: len(self.work.servers) == 2, "another server", START_SECONDS)
        self.terminal.sees(f"LSP[phi-ls:{self.work.servers[-1]}]", START_SECONDS)

    def restart(self) -> None:
        """lsp-mode does it by itself, as told."""
