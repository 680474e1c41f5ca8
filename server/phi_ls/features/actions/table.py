"""The table of actions: what each is called, what it needs, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["answer", "edit", "file", "names"]
Needs: TypeAlias = Literal["code", "symbol", "definition", "problem", "instruction", "nothing"]


@dataclass(frozen=True)
class Action:
    """One row. `kind` is what comes out; `needs` is what it works on.

    `code` is a selection or a definition, `symbol` a definition, `definition` one in a language that can say types,
    `problem` code with a diagnostic, `instruction` code and the user's words, `nothing` no place in the file.
    """

    id: str
    title: str
    kind: Kind
    needs: Needs


ACTIONS: tuple[Action, ...] = (
    Action("explain", "Explain with phi-ls", "answer", "code"),
    Action("document", "Document with phi-ls", "edit", "symbol"),
    Action("explainError", "Explain this problem with phi-ls", "answer", "problem"),
    Action("fix", "Fix this problem with phi-ls", "edit", "problem"),
    Action("addTypes", "Add types with phi-ls", "edit", "definition"),
    Action("simplify", "Simplify with phi-ls", "edit", "code"),
    Action("refactor", "Change as I say with phi-ls", "edit", "instruction"),
    Action("tests", "Write tests with phi-ls", "file", "symbol"),
    Action("rename", "Suggest names with phi-ls", "names", "symbol"),
    Action("explainFile", "Explain the whole file with phi-ls", "answer", "nothing"),
    Action("commitMessage", "Write a commit message with phi-ls", "answer", "nothing"),
)

Report: TypeAlias = Callable[[str], None]
"""Called with the text so far, as it grows."""


def action_of(action_id: str) -> Action | None:
    """The action of that id."""
    return next((action for action in ACTIONS if action.id == action_id), None)
