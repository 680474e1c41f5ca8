"""Functions and what their authors say of them: the first paragraph explains, the whole docstring documents."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .filters import without_licence_comment

if TYPE_CHECKING:
    from random import Random

LONGEST_CODE, LONGEST_DOCSTRING, LONGEST_PARAGRAPH, SHORTEST = 2000, 420, 300, 15
_UNWANTED = re.compile(r"copyright|licen[sc]e|all rights|\(c\)|https?://|todo|fixme|deprecated|>>>", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A function without its docstring, what it is called, and what is said of it."""

    code: str
    name: str
    signature: str
    paragraph: str
    docstring: str


def choose(text: str, random: Random) -> Pair | None:
    """A pair from a file that parses; None where it has no function with a usable docstring."""
    tree = ast.parse(without_licence_comment(text))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    random.shuffle(functions)
    for node in functions[:8]:
        found = _pair(text, node)
        if found is not None:
            return found
    return None


def _pair(text: str, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Pair | None:
    docstring = ast.get_docstring(node, clean=False)
    if docstring is None or len(node.body) < 2:
        return None
    clean = inspect.cleandoc(docstring)
    paragraph = " ".join(clean.split("\n\n")[0].split())
    if _UNWANTED.search(clean) or not SHORTEST <= len(paragraph) <= LONGEST_PARAGRAPH or len(clean) > LONGEST_DOCSTRING:
        return None
    lines = text.split("\n")
    said = node.body[0]
    kept = [*lines[node.lineno - 1 : said.lineno - 1], *lines[said.end_lineno or said.lineno : node.end_lineno]]
    code = textwrap.dedent("\n".join(kept)).rstrip() + "\n"
    signature = textwrap.dedent("\n".join(lines[node.lineno - 1 : said.lineno - 1])).rstrip()
    if len(code) > LONGEST_CODE or not signature:
        return None
    return Pair(code, node.name, signature, paragraph, clean)
