"""Contexts and requests for prompts."""

from __future__ import annotations

from marked import marked
from phi_ls.context import Budget, CompletionContext, completion_context
from phi_ls.prompt import DocumentRequest, ExplainRequest, TaskRequest
from phi_ls.syntax import parse

LINE = '''\
import math
from typing import Protocol


class Shape(Protocol):
    """Something with an area."""

    def area(self) -> float: ...


class Circle:
    """A circle."""

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def area(self) -> float:
        return $0

    def diameter(self) -> float:
        return 2 * self.radius
'''
BLOCK = LINE.replace("        return $0\n", "        $0\n")
CODE = "def area(self) -> float:\n    return math.pi * self.radius ** 2\n"


def context_of(marked_text: str, language: str = "python") -> CompletionContext:
    """The context at the mark of a text, with room for all of it."""
    m = marked(marked_text)
    source = m.source(language, uri="file:///project/shapes/circle.py")
    return completion_context(source, parse(source), m.cursor, Budget(prompt_tokens=2000, chars_per_token=3.0))


def explain_request(code: str = CODE) -> ExplainRequest:
    """A request to explain some Python."""
    return ExplainRequest(
        path="shapes/circle.py",
        language="python",
        fence="python",
        code=code,
        signature="def area(self) -> float",
        name="area",
    )


def document_request(
    style: str = "docstring", code: str = CODE, sign: str = "", convention: str = ""
) -> DocumentRequest:
    """A request to document some Python, or as if it were JavaScript."""
    return DocumentRequest(
        path="shapes/circle.py",
        language="python",
        fence="python",
        code=code,
        signature="def area(self) -> float",
        name="area",
        style=style,
        sign=sign,
        convention=convention,
    )


def task_request(task: str, code: str = CODE) -> TaskRequest:
    """A request to do something with some Python, with all that a request can have."""
    return TaskRequest(
        path="shapes/circle.py",
        language="python",
        fence="python",
        code="" if task in ("commitMessage", "explainFile", "ownAnswer", "ownCode") else code,
        signature="def area(self) -> float",
        name="area",
        task=task,
        problems=("line 2: math is not defined (pyright)",) if task in ("fix", "explainError") else (),
        instruction="Use tau." if task in ("refactor", "ownAnswer", "ownCode") else "",
        material={
            "tests": "Use pytest. Import from `circle`.",
            "commitMessage": "```diff\n+import math\n```",
            "explainFile": "circle.py:\n- `class Circle`: It is round.",
        }.get(task, ""),
    )
