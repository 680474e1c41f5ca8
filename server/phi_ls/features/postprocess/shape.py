"""What the filters know of the place where a text is to be inserted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from phi_ls.features.postprocess.brackets import brackets
from phi_ls.syntax import Language, Paste, Tree, completion_shape, kind_at, language
from phi_ls.text import Source, end_of_line, indentation_of, start_of_line

_CLOSERS = {"(": ")", "[": "]", "{": "}"}

NEAR = 4000
"""Characters before and after the cursor that the filters look at."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A cursor, and how much is wanted there.

    `prefilled` is what stood in the prompt as the beginning of the answer, "" when the text simply goes on at the
    cursor. `multiline` lets a whole block through, otherwise one statement. `language` is an LSP id, "" for the
    source's own. `tree`, the tree of the source, saves a parse. `truncated` says that the model was stopped at its
    token limit.
    """

    source: Source
    offset: int
    prefilled: str = ""
    multiline: bool = False
    language: str = ""
    tree: Tree | None = None
    truncated: bool = False

    def with_prefilled(self, prefilled: str, *, truncated: bool = False) -> Shape:
        """The same place with what the prompt began the answer with. What was found out about the place is kept."""
        other = replace(self, prefilled=prefilled, truncated=truncated)
        for name in ("row", "paste", "before", "after"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    @cached_property
    def row(self) -> Language | None:
        """The language's row."""
        return language(self.language or self.source.language)

    @property
    def block(self) -> Literal["indent", "braces", "free"]:
        """What holds a block together here."""
        return self.row.block if self.row else "free"

    @cached_property
    def line_prefix(self) -> str:
        """The cursor's line up to the cursor."""
        text = self.source.text
        return text[start_of_line(text, self.offset) : self.offset]

    @cached_property
    def line_suffix(self) -> str:
        """The cursor's line from the cursor on, without its line end."""
        text = self.source.text
        return text[self.offset : end_of_line(text, self.offset)]

    @cached_property
    def before(self) -> str:
        r"""The text near before the cursor, whole lines, with \n line ends."""
        text = self.source.text
        start = start_of_line(text, max(self.offset - NEAR, 0))
        return re.sub(r"\r\n?", "\n", text[start : self.offset])

    @cached_property
    def after(self) -> str:
        r"""The text near after the cursor, with \n line ends."""
        return re.sub(r"\r\n?", "\n", self.source.text[self.offset : self.offset + NEAR])

    @cached_property
    def next_lines(self) -> list[str]:
        """The lines below the cursor's that say something, without trailing blanks."""
        return [line.rstrip() for line in self.after.split("\n")[1:] if line.strip()]

    @cached_property
    def indentation(self) -> str:
        """The blanks before the cursor's line, or before the cursor on an empty one."""
        return indentation_of(self.line_prefix)

    @cached_property
    def lines_above(self) -> list[str]:
        """The lines above the cursor's, near it, that say something."""
        return [line for line in self.before.split("\n")[:-1] if line.strip()]

    @cached_property
    def in_empty_block(self) -> bool:
        """The cursor stands in a block that holds nothing yet, and is indented into it."""
        tree = self.paste.tree
        above = indentation_of(self.lines_above[-1]) if self.lines_above else ""
        is_block = tree is not None and completion_shape(tree, self.offset) == "block"
        return is_block and width(self.indentation) > width(above)

    @cached_property
    def paste(self) -> Paste:
        """Tells what a text would do to the syntax of the file."""
        source = (
            self.source if self.language in ("", self.source.language) else replace(self.source, language=self.language)
        )
        return Paste(source, self.offset, self.tree)

    def errors_with(self, text: str) -> int:
        """The syntax errors of the file with `text`, ended as the file's lines are, at the cursor."""
        return self.paste.errors_with(text.replace("\n", self.source.line_end))

    def harms(self, text: str) -> bool:
        """Whether the file would have more syntax errors with `text`, or `text` is wrong in itself.

        A line that is being written is an error of its own, behind which any text could hide. So where it is the only
        one, the file must be right with `text`: after the brackets that it leaves open are closed, or after what must
        follow in the language (`continuations` of its row).
        """
        errors = self.errors_with(text)
        if errors == 0 or errors > self.errors_with("") or self.paste.errors_without_line:
            return errors > self.errors_with("")
        return all(self.errors_with(text + rest) for rest in self._continuations(text))

    def _continuations(self, text: str) -> list[str]:
        """Texts that may rightly follow `text` on a line that is not finished with it."""
        comment = self.row.line_comment if self.row else ""
        line = self.line_prefix + text
        openers = brackets(line, line_comment=comment).openers
        closers = "".join(_CLOSERS[line[place]] for place in reversed(openers))
        indentation = indentation_of(line[start_of_line(line, len(line)) :])
        rows = self.row.continuations if self.row else ()
        return [closers, *(rest.replace("{indent}", indentation) for rest in rows)]

    @cached_property
    def kind(self) -> Literal["code", "string", "comment"]:
        """What stands at the cursor."""
        tree = self.paste.tree
        return kind_at(tree, self.offset) if tree else "code"


def width(indentation: str) -> int:
    """How far some blanks and tabs indent, in columns."""
    return len(indentation.expandtabs(8))
