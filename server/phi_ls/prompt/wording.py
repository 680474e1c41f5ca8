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


def document_style(style: str, sign: str) -> DocumentStyle:
    """How documentation of that style is asked for; comments of single lines begin with `sign`."""
    if style == "line-comment":
        question = f"Write the documentation comment, lines that begin with {sign}, that belongs before this code."
        return DocumentStyle(question, False, "", sign, ("```",))
    return DOCUMENT_STYLES.get(style, PLAIN_DOCUMENT)


CONVENTIONS = {
    "Google": " Use Google style: sections `Args:`, `Returns:`, `Raises:`.",
    "NumPy": " Use NumPy style: sections `Parameters`, `Returns`, `Raises`, each underlined with dashes.",
    "reST": " Use reST fields: `:param name:`, `:returns:`, `:raises Error:`.",
    "JSDoc": " Use JSDoc tags: `@param {type} name`, `@returns {type}`, `@throws {type}`.",
    "TSDoc": " Use TSDoc tags: `@param name - text`, `@returns`, `@throws`.",
    "Javadoc": " Use Javadoc tags: `@param name`, `@return`, `@throws`.",
    "Rustdoc": " Use Rustdoc Markdown.",
    "Godoc": " Begin with the name of what is documented, as Go does.",
}
"""What is added to the question, by the name of the convention that a file follows."""


@dataclass(frozen=True)
class Task:
    """What a model is told to do with code. Without a `question` the user's own words are the question."""

    system: str
    question: str
    wants_code: bool


_EDITS = (
    "You edit source code. Answer with the whole changed code in one code block and nothing else. Change only what "
    "the task asks for; keep names, comments, order and layout."
)

TASKS: dict[str, Task] = {
    "explainError": Task(
        "You explain errors in source code to the programmer who meets them. Say first in one sentence what is wrong "
        "here, then why, then how to correct it. Be exact and short: at most 120 words of Markdown, no headings.",
        "Explain this problem and how to correct it.",
        wants_code=False,
    ),
    "addTypes": Task(_EDITS, "Add type annotations to this code. Change nothing else.", wants_code=True),
    "fix": Task(_EDITS, "Correct the problem in this code with the smallest change.", wants_code=True),
    "simplify": Task(
        _EDITS, "Make this code simpler and easier to read. It must do exactly what it does.", wants_code=True
    ),
    "refactor": Task(_EDITS, "Change this code as the instruction says.", wants_code=True),
    "tests": Task(
        "You write unit tests. Answer with one complete test file in one code block and nothing else. Test ordinary "
        "cases, edges and errors. Test only what the code shows.",
        "Write tests for `{name}`.",
        wants_code=True,
    ),
    "rename": Task(
        "You find good names for things in source code. A good name says what a thing is or does, in the style of "
        "the file. Answer with five names, one on each line, the best first, and nothing else.",
        "Suggest better names for `{name}`.",
        wants_code=False,
    ),
    "commitMessage": Task(
        "You write commit messages. The first line says in the imperative what the change does, in at most 60 "
        "characters and without a full stop. Then an empty line and, where it helps, at most three short lines that "
        "say why. Answer with the message and nothing else.",
        "Write the commit message for this change.",
        wants_code=False,
    ),
    "explainFile": Task(
        "You explain source files to the programmer who reads them. Say first in one sentence what the file is for, "
        "then how its parts work together. Be exact and short: at most 150 words of Markdown, no headings.",
        "Explain this file. These are its parts and what they do.",
        wants_code=False,
    ),
    "ownAnswer": Task(
        "You help a programmer with source code. Be exact and short. Answer in Markdown.", "", wants_code=False
    ),
    "ownCode": Task(
        "You write source code. Answer with the code that is asked for in one code block and nothing else.",
        "",
        wants_code=True,
    ),
}
"""By the id of an action; the last two serve the actions that users define."""
