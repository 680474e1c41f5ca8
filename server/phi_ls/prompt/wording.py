"""The words that chat models are asked with.

They come before everything of the user's, so they are short and never change.
"""

from __future__ import annotations

from dataclasses import dataclass

COMPLETE = (
    "You complete source code at a cursor. You are shown the code after the cursor and the code before it. "
    "Write the code that belongs between them, in the style of the file: the rest of the statement or block at the "
    "cursor and nothing more. Do not repeat the code that is shown. Answer with code only."
)

EXAMPLES: tuple[tuple[str, str], ...] = (
    (
        """File: shapes/circle.py (Python)

After the cursor:
```python

    def diameter(self):
        return 2 * self.radius
```

Before the cursor:
```python
import math


```""",
        """```python
class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self):
        return math.pi * self.radius ** 2
```""",
    ),
)
"""Questions and answers in the form of the real ones."""

EXPLAIN = (
    "You explain source code to the programmer who reads it. Say first in one sentence what the code does and what "
    "for, then what is worth knowing: how it works, what it expects, returns or changes, and traps. Be exact and "
    "short: at most 120 words of Markdown, no headings. Do not repeat the code."
)
EXPLAIN_QUESTION = "Explain this code."

DOCUMENT = (
    "You write documentation for source code. Begin with one sentence that says what the code does. Name the "
    "parameters and the result only where that helps. Be exact and short: at most 80 words. State nothing that the "
    "code does not show."
)


@dataclass(frozen=True)
class DocumentStyle:
    """How an answer begins, so that it can only be a documentation, and where it ends."""

    question: str
    signature_first: bool
    after_signature: str
    opening: str
    stop: tuple[str, ...]


PLAIN_DOCUMENT = DocumentStyle("Write the documentation of this code as plain text.", False, "", "", ("```",))

DOCUMENT_STYLES: dict[str, DocumentStyle] = {
    "docstring": DocumentStyle(
        "Write the docstring of this code.",
        signature_first=True,
        after_signature=":\n    ",
        opening='"""',
        stop=('"""', "```"),
    ),
    "block-comment": DocumentStyle(
        "Write the documentation comment that belongs before this code.",
        signature_first=False,
        after_signature="",
        opening="/**\n * ",
        stop=("*/", "```"),
    ),
}
"""By the `doc_style` of a language's row."""
