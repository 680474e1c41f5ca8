"""What chat models put around code: fences, a sentence before it, the name of the file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.features.postprocess.shape import Shape

FENCE = "```"
_PREAMBLE = re.compile(
    r"""(?ix) \s* (?: here(?:['\u2019]s|\s+is|\s+are)\b | (?:sure|certainly|of\s+course|okay)[,.!:] | below\s+is\b
    | the\s+(?:completed?|following|updated|rest|missing)\b | to\s+complete\b ) [^\n]* (?:\n|$)"""
)


def keep_code(text: str, shape: Shape) -> str:
    """The code of an answer: without what comes before and after its fence, and without a line that names the file."""
    if shape.kind == "code":
        preamble = _PREAMBLE.match(text)
        if preamble:
            text = text[preamble.end() :].lstrip("\n")
    opened = re.match(r"\s*```[\w+#-]*[ \t]*(?:\n|$)", text)
    if opened:
        text = text[opened.end() :]
    text = text.split(FENCE, 1)[0] if opened or FENCE not in shape.line_prefix else text
    return _without_file_name(text, shape)


def _without_file_name(text: str, shape: Shape) -> str:
    comment = shape.row.line_comment if shape.row else ""
    first, _, rest = text.partition("\n")
    said = first.strip()
    if comment and said.startswith(comment) and not shape.line_prefix.strip():
        named = said.removeprefix(comment).removeprefix(" File:").strip()
        if named and PurePosixPath(named).name == PurePosixPath(shape.source.uri).name:
            return rest
    return text
