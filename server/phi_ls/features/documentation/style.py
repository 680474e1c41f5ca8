"""Which convention a file's documentation follows; what others wrote in it decides, its language else."""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from typing import TYPE_CHECKING

from phi_ls.syntax import symbols

if TYPE_CHECKING:
    from collections.abc import Mapping

    from phi_ls.syntax import Tree


class DocStyle(Enum):
    """A convention; the value is what people call it."""

    GOOGLE = "Google"
    NUMPY = "NumPy"
    REST = "reST"
    PEP257 = "PEP 257"
    JSDOC = "JSDoc"
    TSDOC = "TSDoc"
    JAVADOC = "Javadoc"
    RUSTDOC = "Rustdoc"
    GODOC = "Godoc"


OF_LANGUAGE: Mapping[str, DocStyle] = {
    "python": DocStyle.PEP257,
    "javascript": DocStyle.JSDOC,
    "javascriptreact": DocStyle.JSDOC,
    "typescript": DocStyle.TSDOC,
    "typescriptreact": DocStyle.TSDOC,
    "java": DocStyle.JAVADOC,
    "rust": DocStyle.RUSTDOC,
    "go": DocStyle.GODOC,
}

_SIGNS = {
    DocStyle.NUMPY: re.compile(r"(?m)^[ \t]*(?:Parameters|Returns|Yields|Raises|Attributes)[ \t]*\n[ \t]*-{3,}[ \t]*$"),
    DocStyle.REST: re.compile(r"(?m)^[ \t]*:(?:param|returns?|rtype|raises?|type)\b[^:\n]*:"),
    DocStyle.GOOGLE: re.compile(r"(?m)^[ \t]*(?:Args|Arguments|Returns|Yields|Raises|Attributes):[ \t]*$"),
}


def style_of(tree: Tree) -> DocStyle:
    """The convention of a file: in Python the one that most of its docstrings follow."""
    own = OF_LANGUAGE.get(tree.language.id, DocStyle.PEP257)
    if own is not DocStyle.PEP257:
        return own
    found = Counter(
        style for symbol in symbols(tree) for style, sign in _SIGNS.items() if sign.search(symbol.docstring)
    )
    return found.most_common(1)[0][0] if found else own
