"""The configuration snippets of docs/editors, as the tests load them.

A snippet is a code block right below a comment `<!-- snippet: NAME -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGES = Path(__file__).parents[2] / "docs" / "editors"
_SNIPPET = re.compile(r"<!-- snippet: (?P<name>\S+) -->\n+```\w*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def snippets(page: str) -> dict[str, str]:
    """The snippets of a page by name."""
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return {found["name"]: found["text"] for found in _SNIPPET.finditer(text)}
