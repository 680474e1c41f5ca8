"""What the tests ask of every editor, in the words of a user; each editor says with which keys that is done."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from editors.terminal import Terminal
from editors.toolbox import found
from editors.workplace import FAILING_SECONDS, START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from editors.workplace import Event, Workplace

HELD_MS = 1_900


class Editor(ABC):
    """One running editor in a workplace of its own. Lines count from 1, columns from 0 in characters."""

    name: ClassVar[str]
    """As in the table of results."""
    program: ClassVar[str]
    version_of: ClassVar[tuple[str, ...]]
    """The lines of the toolbox's list of versions that tell what this is."""
    ghost: ClassVar[bool]
    """It shows ghost text; else completions come in a popup."""
    keeps_ghost_after_null: ClassVar[bool] = False
    """An answer null leaves the ghost text of an older answer on the screen."""
    takes_at_once: ClassVar[bool] = False
    """Asking takes the only candidate, without showing it."""
    shows_misplaced: ClassVar[bool] = True
    """An item whose range ends before the cursor is offered all the same."""
    tells_acceptance: ClassVar[bool] = True
    """It runs the command of an item that was taken."""
    several: ClassVar[bool] = True
    """It has room for another server beside phi-ls."""
    ready: ClassVar[str]
    """What the screen shows once keys are heard."""

    def __init__(self, workplace: Workplace) -> None:
        self.work = workplace
        self.configure()
        program = found(self.program)
        assert program is not None
        self.terminal = Terminal(
            [program, *self.arguments()],
            folder=workplace.project,
            environment=workplace.environment,
            patience=workplace.patience,
        )
        workplace.screen = self.terminal.screen

    def start(self) -> None:
        """Wait until keys are heard."""
        self.terminal.sees(self.ready, START_SECONDS)

    def close(self) -> None:
        """End it by force, if it still runs."""
        self.terminal.close()

    @classmethod
    def missing(cls) -> str:
        """Why this editor cannot be tested here, or ""."""
        absent = [program for program in ("tmux", cls.program) if found(program) is None]
        return f"there is no {absent[0]}; scripts/setup-editors.sh brings it" if absent else ""

    @abstractmethod
    def configure(self) -> None:
        """Write the configuration, from the editor's page in docs/editors."""

    @abstractmethod
    def arguments(self) -> list[str]:
        """How the editor is started."""

    @abstractmethod
    def open(self, path: Path) -> None:
        """Show a file of the project."""

    @abstractmethod
    def append(self, line: int) -> None:
        """Put the cursor behind the last character of a line, ready to type."""

    @abstractmethod
    def insert(self, line: int, column: int) -> None:
        """Put the cursor before a character, ready to type."""

    @abstractmethod
    def go(self, line: int, column: int) -> None:
        """Put the cursor on a character."""

    @abstractmethod
    def ask(self) -> None:
        """Ask for what could follow, where it does not come by itself."""

    def menu(self) -> None:
        """Open the menu with the completions of all servers."""
        self.ask()

    def ask_by_hand(self) -> None:
        """Ask in the way that says so to the server, which editors with ghost text have."""
        raise NotImplementedError

    @abstractmethod
    def accept(self) -> None:
        """Take what is offered."""

    @abstractmethod
    def undo(self) -> None:
        """Take the last change back, in one step."""

    @abstractmethod
    def save(self) -> None:
        """Write the file."""

    @abstractmethod
    def hover(self) -> None:
        """Ask what is under the cursor."""

    def turn_hover(self) -> None:  # noqa: B027 - most editors show all servers' at once
        """Go on to the hover of the next server."""

    @abstractmethod
    def unhover(self) -> None:
        """Put the hover away."""

    @abstractmethod
    def act(self, title: str) -> None:
        """Choose a code action by its title."""

    @abstractmethod
    def restart(self) -> None:
        """Start the server again after it was killed."""

    @abstractmethod
    def leave(self) -> None:
        """Quit, whatever is not saved."""

    @abstractmethod
    def switch_off(self) -> None:
        """Set `phi.enable` to false in the running session, and wait until the server has been told."""

    @contextlib.contextmanager
    def expecting(self, wrong: str) -> Iterator[None]:
        """Meanwhile a wait fails at once where `wrong` is shown, and soon where a text should go."""
        terminal = self.terminal
        terminal.hopeless, terminal.patience_to_go = wrong, FAILING_SECONDS
        yield
        terminal.hopeless, terminal.patience_to_go = "", terminal.patience

    def indent_with_tabs(self) -> None:  # noqa: B027 - most editors look at the file
        """Tell the editor that the file has tabs, where it does not look."""

    def type(self, text: str) -> None:
        """Type, line by line."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.terminal.keys("Enter")
            self.terminal.type(line)

    def offered(self, text: str) -> None:
        """Ask, and wait until `text` is offered on the screen."""
        before = len(self._completions())
        self.ask()
        if not self.ghost:
            self.terminal.wait(
                lambda: text in self.terminal.screen() or any(map(self.came_late, self._completions()[before:])), text
            )
            if text not in self.terminal.screen():
                self.ask()
        self.terminal.sees(text)

    def _completions(self) -> list[Event]:
        return self.work.events("completion")

    def came_late(self, completion: Event) -> bool:
        """Whether the popup was answered without it, since the server holds none for long; asked again, it is there."""
        return not self.ghost and completion["ms_total"] > HELD_MS

    def shows(self, line: str, text: str) -> None:
        """Wait until `text` is shown as what could follow `line`, however short it is."""
        self.terminal.sees(line.strip() + text.splitlines()[0])

    def becomes(self, path: Path, wanted: str) -> None:
        """Save until the file holds what is wanted, byte for byte."""
        self.save()

        def same() -> bool:
            # Some editors write a new file and give it the old one's name; in between there is none.
            with contextlib.suppress(FileNotFoundError):
                return path.read_bytes() == wanted.encode()
            return False

        try:
            self.terminal.wait(same, "the file")
        except AssertionError as error:
            raise AssertionError(f"wanted {wanted!r}, found {path.read_bytes().decode()!r}; {error}") from None

    def ends(self, seconds: float) -> None:
        """Quit, and wait until the editor has left by itself."""
        self.leave()
        self.terminal.wait(lambda: self.terminal.exit_code is not None, "the editor should leave", seconds)
        assert self.terminal.exit_code == 0
