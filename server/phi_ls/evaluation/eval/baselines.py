"""What can be had without a model: nothing, the nearest line above that begins the same way, and lookup."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.features.lookup import Index, Match, fitted, lookup
from phi_ls.features.postprocess import Shape, clean
from phi_ls.syntax import completion_shape
from phi_ls.text import start_of_line

if TYPE_CHECKING:
    from phi_ls.syntax import Tree
    from phi_ls.text import Source

NAMES = ("empty", "previous line", "lookup in the file", "lookup")


@dataclass(frozen=True)
class Guess:
    """A baseline's text, and what lookup knows of its own."""

    text: str
    match: Match | None = None
    ms: float = 0.0


def guesses(source: Source, tree: Tree | None, offset: int, index: Index) -> dict[str, Guess]:
    """What each baseline offers, cleaned up as an answer of the model is; lookups however unlikely."""
    multiline = tree is not None and completion_shape(tree, offset) == "block"
    shape = Shape(source=source, offset=offset, multiline=multiline, tree=tree)
    return {
        "empty": Guess(""),
        "previous line": Guess(clean(previous_line(source, offset), shape)),
        "lookup in the file": _looked_up(shape, None),
        "lookup": _looked_up(shape, index),
    }


def previous_line(source: Source, offset: int) -> str:
    """The rest of the nearest line above that begins like the cursor's; at the start of a line the line above."""
    text = source.text
    start = start_of_line(text, offset)
    begun = text[start:offset].lstrip()
    for line in reversed(text[:start].splitlines()):
        said = line.strip()
        if said.startswith(begun) and said != begun:
            return said[len(begun) :]
    return ""


def _looked_up(shape: Shape, index: Index | None) -> Guess:
    began = time.perf_counter()
    match = lookup(shape.source, shape.offset, index=index)
    text = fitted(match, shape) if match else ""
    return Guess(text, match, (time.perf_counter() - began) * 1000)
