"""The README's picture: a real Neovim with phi-ls in a terminal, filmed key by key and drawn as an animated SVG.

    python scripts/picture.py

Writes docs/images/neovim.svg. Needs tmux and Neovim 0.12, which `make editors` brings. The configuration is that of
docs/editors/neovim.md, the model is whatever phi-ls takes by itself, and nothing is drawn that was not on the screen.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from editors.neovim import Neovim  # noqa: E402 - the tests know how to press keys, and are no package
from editors.workplace import Workplace  # noqa: E402

TARGET = ROOT / "docs" / "images" / "neovim.svg"
COLUMNS, ROWS = 76, 21
CELL, LINE, EDGE = 8.4, 18, 14
"""Size of a character, and of the margin, in units of the picture."""
SHORTEST, LONGEST, END = 0.07, 1.3, 3.5
"""How long a screen stays, in seconds: between two keys, while nothing happens, and the last one."""

CODE = '''"""A basket of goods."""


class Basket:
    def __init__(self):
        self.prices = {}

    def add(self, name, price):
        """Put something into the basket."""
        if price < 0:
            raise ValueError("a price must not be negative")
        self.prices[name] = price
'''


@dataclass(frozen=True)
class Style:
    """How a character looks; "" is the terminal's own colour."""

    ink: str = ""
    paper: str = ""
    bold: bool = False
    italic: bool = False
    swapped: bool = False


@dataclass(frozen=True)
class Screen:
    """One picture of the film: the rows with their colours, and where the cursor stands."""

    rows: tuple[str, ...]
    cursor: tuple[int, int]


class Film:
    """What was on the screen, and for how long."""

    def __init__(self, editor: Neovim) -> None:
        self._terminal = editor.terminal
        self.screens: list[tuple[Screen, float]] = []

    def shoot(self, seconds: float) -> None:
        """Film for some seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            screen = Screen(tuple(self._terminal.coloured()), self._terminal.cursor())
            time.sleep(0.02)
            lasted = time.monotonic() - began
            if self.screens and self.screens[-1][0] == screen:
                self.screens[-1] = screen, self.screens[-1][1] + lasted
            else:
                self.screens.append((screen, lasted))

    def type(self, text: str) -> None:
        """Type as people do, on film."""
        for character in text:
            self._terminal.type(character) if character != "\n" else self._terminal.keys("Enter")
            self.shoot(0.09)

    def press(self, *keys: str, then: float) -> None:
        """Press keys, and film what comes of it."""
        self._terminal.keys(*keys)
        self.shoot(then)


def main() -> None:
    """Film the session and draw it."""
    with tempfile.TemporaryDirectory() as folder:
        editor = Neovim(Workplace(Path(folder), settings={}, script={}))
        try:
            editor.start()
            editor.terminal.resize(COLUMNS, ROWS)
            editor.open(editor.work.file("basket.py", CODE))
            editor.work.event("worker", state="examined")
            film = Film(editor)
            act(editor, film)
        finally:
            editor.close()
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(drawn(film.screens), encoding="utf-8")
    seconds = sum(shown_for(film.screens))
    sys.stdout.write(f"{TARGET}: {TARGET.stat().st_size // 1024} KiB, {len(film.screens)} screens, {seconds:.0f} s\n")


def act(editor: Neovim, film: Film) -> None:
    """What is done before the camera: three suggestions are taken, then a name is looked at, and what can be asked."""
    editor.command("set noruler noshowcmd noshowmode laststatus=0 fillchars=eob:\\  | mode")
    editor.append(CODE.count("\n"))
    film.shoot(1.0)
    film.press("Enter", then=0.1)
    film.press("Enter", then=0.1)
    film.press("C-d", then=0.3)
    film.type("def change(self, name, price):\nif pr")
    editor.terminal.sees("price < 0:")
    film.shoot(1.2)
    film.press("Tab", then=0.6)
    for last in ("negative", "= price"):
        count = editor.terminal.screen().count(last)
        film.press("Enter", then=0.2)
        editor.terminal.wait(lambda: editor.terminal.screen().count(last) > count, last)  # noqa: B023
        film.shoot(1.0)
        film.press("Tab", then=0.6)
    editor.terminal.escape()
    film.shoot(0.4)
    editor.terminal.type("8G0fa")
    film.shoot(0.5)
    film.press("K", then=0.1)
    editor.terminal.sees("Put something into the basket.")
    film.shoot(2.5)
    film.press("l", then=0.3)
    editor.terminal.type("gra")
    editor.terminal.sees("Explain")
    film.shoot(2.5)


def shown_for(screens: list[tuple[Screen, float]]) -> list[float]:
    """How long each screen stays: not so short that it is missed, not so long that it bores."""
    times = [min(max(lasted, SHORTEST), LONGEST) for _screen, lasted in screens]
    return [*times[:-1], END]


def drawn(screens: list[tuple[Screen, float]]) -> str:
    """The film as SVG: the screens stand side by side, and are pulled past a window."""
    width, height = COLUMNS * CELL + 2 * EDGE, ROWS * LINE + 2 * EDGE
    times = shown_for(screens)
    whole = sum(times)
    known: dict[str, int] = {}
    frames, steps, passed = [], [], 0.0
    for number, ((screen, _), seconds) in enumerate(zip(screens, times, strict=True)):
        used = []
        for row, cells in enumerate(rows_of(screen)):
            if cells:
                name = known.setdefault(cells, len(known))
                used.append(f'<use href="#r{name}" y="{row * LINE}"/>')
        column, row = screen.cursor
        cursor = f'<rect x="{column * CELL:.1f}" y="{row * LINE}" width="{CELL}" height="{LINE}" class="c"/>'
        frames.append(f'<g transform="translate({number * width:.1f})">{cursor}{"".join(used)}</g>')
        steps.append(f"{100 * passed / whole:.2f}%{{transform:translateX({-number * width:.1f}px)}}")
        passed += seconds
    last = -(len(screens) - 1) * width
    rows = "".join(f'<g id="r{name}">{cells}</g>' for cells, name in known.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.1f} {height}" width="{width:.1f}">
<title>phi-ls in Neovim: suggestions while typing, a hover, actions</title>
<style>
text{{font-size:14px;white-space:pre;
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}}
.c{{fill:#9b9ea4}}
.film{{animation:film {whole:.1f}s steps(1,end) infinite}}
@keyframes film{{{"".join(steps)}100%{{transform:translateX({last:.1f}px)}}}}
@media (prefers-reduced-motion:reduce){{.film{{animation:none;transform:translateX({last:.1f}px)}}}}
</style>
<defs>{rows}</defs>
<rect width="100%" height="100%" rx="8" fill="#14161b"/>
<svg x="{EDGE}" y="{EDGE}" width="{COLUMNS * CELL:.1f}" height="{ROWS * LINE}"><g class="film" fill="#e0e2ea">
{chr(10).join(frames)}
</g></svg>
</svg>
"""


def rows_of(screen: Screen) -> list[str]:
    """Each row of a screen as SVG, "" for an empty one; colours last over the ends of rows."""
    style, rows = Style(), []
    for row in screen.rows:
        parts, column = [], 0
        for code, text in re.findall(r"\x1b\[([\d;:]*)m|([^\x1b]+)", row):
            style = style if text else styled(style, code)
            if text:
                parts.append(run_of(text, column, style))
                column += len(text)
        rows.append("".join(parts))
    return rows


def run_of(text: str, column: int, style: Style) -> str:
    """Characters of one style as SVG."""
    ink, paper = (style.paper or "#14161b", style.ink or "#e0e2ea") if style.swapped else (style.ink, style.paper)
    x, width = f"{column * CELL:.1f}", f"{len(text) * CELL:.1f}"
    back = f'<rect x="{x}" width="{width}" height="{LINE}" fill="{paper}"/>' if paper not in ("", "#14161b") else ""
    if not text.strip():
        return back
    look = f' fill="{ink}"' if ink not in ("", "#e0e2ea") else ""
    look += ' font-weight="bold"' if style.bold else ""
    look += ' font-style="italic"' if style.italic else ""
    return back + f'<text x="{x}" y="13" textLength="{width}" xml:space="preserve"{look}>{escape(text)}</text>'


def styled(style: Style, code: str) -> Style:
    """The style after one escape sequence."""
    numbers = [int(part) for part in re.split("[;:]", code or "0") if part]
    match numbers:
        case [38, 2, *rgb]:
            return replace(style, ink="#{:02x}{:02x}{:02x}".format(*rgb))
        case [48, 2, *rgb]:
            return replace(style, paper="#{:02x}{:02x}{:02x}".format(*rgb))
    for number in numbers:
        match number:
            case 0:
                style = Style()
            case 1:
                style = replace(style, bold=True)
            case 3:
                style = replace(style, italic=True)
            case 7:
                style = replace(style, swapped=True)
            case 39:
                style = replace(style, ink="")
            case 49:
                style = replace(style, paper="")
    return style


if __name__ == "__main__":
    main()
