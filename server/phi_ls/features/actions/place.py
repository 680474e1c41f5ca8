"""What an action works on: the code of a selection, or of a definition, as a model is shown it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.context import file_name
from phi_ls.errors import UsageError
from phi_ls.prompt import TaskRequest
from phi_ls.syntax import enclosing, fence_of, reduced, symbol_at, symbols
from phi_ls.text import Span, end_of_line, indentation_of, start_of_line

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.syntax import Symbol
    from phi_ls.text import Source


@dataclass(frozen=True)
class Place:
    """A selection of one document. `problems` are diagnostics there, `instruction` what the user said."""

    source: Source
    span: Span
    problems: tuple[str, ...] = ()
    instruction: str = ""

    @property
    def path(self) -> str:
        """The file's name, for a prompt."""
        return file_name(self.source.uri)


@dataclass(frozen=True)
class Shown:
    """Code for a prompt, and what is said about it when blocks were left out, "" otherwise."""

    text: str
    note: str


def task_request(
    place: Place,
    task: str,
    code: str = "",
    symbol: Symbol | None = None,
    *,
    name: str = "",
    problems: tuple[str, ...] = (),
    instruction: str = "",
    material: str = "",
) -> TaskRequest:
    """A request about this place's file; `symbol` is what the code defines, `name` what it is called without one."""
    return TaskRequest(
        path=place.path,
        language=place.source.language,
        fence=fence_of(place.source.language),
        code=code,
        signature=symbol.signature if symbol else "",
        name=symbol.name if symbol else name,
        task=task,
        problems=problems,
        instruction=instruction,
        material=material,
    )


def symbol_for(assistant: Assistant, source: Source, span: Span) -> Symbol | None:
    """The symbol that a selection means: the one it covers, the one named there, or the one around it."""
    tree = assistant.tree(source)
    if tree is None:
        return None
    for symbol in symbols(tree):
        if len(span) and symbol.span.start >= span.start and symbol.span.end <= span.end:
            return symbol
    named = symbol_at(tree, span.start) if not len(span) else None
    around = enclosing(tree, span.start)
    return named or (around[-1] if around else None)


def lines_for(assistant: Assistant, place: Place) -> Span:
    """The whole lines of a selection, or of the definition at an empty one. Raises `UsageError` when it is blank."""
    source, span = place.source, place.span
    if not len(span):
        symbol = symbol_for(assistant, source, span)
        span = symbol.span if symbol else span
    start = start_of_line(source.text, span.start)
    end = span.end
    if end > span.start and end == start_of_line(source.text, end):
        end -= 1  # the selection ends where a line begins, which does not belong to it
    found = Span(start, max(end_of_line(source.text, end), start))
    if not source.text[found.start : found.end].strip():
        raise UsageError("wanted code to change, found an empty line; select some or stand on a name")
    return found


def shown(assistant: Assistant, source: Source, span: Span, characters: int) -> Shown:
    """The code of `span`, reduced by its syntax where it is longer than `characters`."""
    code = source.text[span.start : span.end]
    if len(code) <= characters:
        return Shown(code, "")
    tree = assistant.tree(source)
    if tree is None:
        kept = code[: max(characters - 4, 0)]
        return Shown(kept[: kept.rfind("\n") + 1] + "...\n", "The end was left out to fit the model's window.")
    text, blocks = reduced(tree, span, characters)
    what = "One block was" if blocks == 1 else f"{blocks} blocks were"
    return Shown(text, f"{what} left out to fit the model's window.")


def unindented(code: str) -> tuple[str, str]:
    """The code without the indentation of its first line, and that indentation; "" where not every line has it."""
    indentation = indentation_of(code)
    lines = code.split("\n")
    if not indentation or any(line.strip() and not line.startswith(indentation) for line in lines):
        return code, ""
    return "\n".join(line.removeprefix(indentation) for line in lines), indentation


def indented(code: str, indentation: str) -> str:
    """The code with that indentation before every line that says something."""
    return "\n".join(indentation + line if line.strip() else line for line in code.split("\n"))
