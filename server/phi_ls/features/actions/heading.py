"""How an answer begins: what it is about, before the model's first word. It stays while the text below it grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.syntax import fence_of

if TYPE_CHECKING:
    from phi_ls.features.actions.place import Place
    from phi_ls.syntax import Symbol


@dataclass(frozen=True)
class Opening:
    """The title of an answer, and the Markdown that it begins with."""

    title: str
    heading: str


def explanation_of(symbol: Symbol | None) -> str:
    """The title of an explanation."""
    return f"Explanation of {symbol.name if symbol else 'a selection'}"


def titled(title: str) -> str:
    """A heading in words."""
    return f"# {title}\n\n"


def of_code(symbol: Symbol | None, language: str) -> str:
    """The heading of a definition with its signature, or that of a selection."""
    if symbol is None:
        return titled("Selection")
    signature = f"```{fence_of(language)}\n{symbol.signature}\n```\n\n" if symbol.signature else ""
    return f"# `{symbol.name}`\n\n{signature}"


def of_problems(place: Place) -> str:
    """The heading of an explanation of problems, with their messages."""
    told = "".join(f"> {line}\n" for problem in place.problems for line in problem.splitlines())
    return f"{titled('Problem')}{told}\n"
