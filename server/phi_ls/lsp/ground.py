"""What a request is worked on: the document that it is about, or for a cell the page that the cell stands on.

A cell's definitions, names and prompts come from the whole page, its edits go back into the cell alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.text import Edit, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from phi_ls.features.actions import Action
    from phi_ls.syntax import Symbol


@dataclass(frozen=True)
class Ground:
    """`document` is what the client knows, `source` what is worked on; the first begins at `start` in the second."""

    document: Source
    source: Source
    start: int = 0

    @property
    def is_cell(self) -> bool:
        """Whether the document is a part of what is worked on."""
        return self.source is not self.document

    def holds(self, span: Span) -> bool:
        """Whether a span of `source` lies in the document."""
        return self.start <= span.start and span.end <= self.start + len(self.document.text)

    def at_home(self, edits: Iterable[Edit]) -> tuple[Edit, ...] | str:
        """Edits of `source` as edits of the document, or why they must not be made: it "would change ..."."""
        moved: list[Edit] = []
        for edit in edits:
            if not self.holds(edit.span):
                return "would change another cell of the notebook"
            span = edit.span.moved(-self.start)
            if self.document.text[span.start : span.end] != self.source.text[edit.span.start : edit.span.end]:
                return "would change a line that only the notebook understands"
            moved.append(Edit(span, edit.text))
        return tuple(moved)


def why_not_here(action: Action, ground: Ground, meant: Symbol | None) -> str:
    """Why an action cannot be done in this document, or ""; `meant` is the definition that it would work on."""
    if not ground.is_cell:
        return ""
    if action.id == "tests":
        return "tests import what they test, and a notebook cannot be imported; move the definition into a file"
    if (
        action.kind in ("edit", "names")
        and action.needs != "problem"
        and meant is not None
        and not ground.holds(meant.name_span)
    ):
        return f"{meant.name} is defined in another cell; ask there"
    return ""
