"""Long answers, kept so that the editor can come back to them under a `phi-ls:` address."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from urllib.parse import quote, unquote

SCHEME = "phi-ls"
KEPT = 50


class Answers:
    """The last answers of this session, by address.

    Editors keep what they have read from an address, also while the server is replaced: give each session another
    `first` number.
    """

    def __init__(self, first: int = 1) -> None:
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._numbers = itertools.count(first)

    def keep(self, kind: str, name: str, markdown: str) -> str:
        """Keep an answer; returns its address, `phi-ls:/<kind>/<n>/<name>.md`."""
        uri = f"{SCHEME}:/{kind}/{next(self._numbers)}/{quote(name, safe='')}.md"
        self._texts[unquote(uri)] = markdown
        while len(self._texts) > KEPT:
            self._texts.popitem(last=False)
        return uri

    def get(self, uri: str) -> str | None:
        """The answer at an address, while it is kept."""
        return self._texts.get(unquote(uri))
