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
        self._read: dict[str, str] = {}
        self._numbers = itertools.count(first)

    def keep(self, kind: str, name: str, markdown: str) -> str:
        """Keep an answer; returns its address, `phi-ls:/<kind>/<n>/<name>.md`."""
        uri = f"{SCHEME}:/{kind}/{next(self._numbers)}/{quote(name, safe='')}.md"
        self._texts[unquote(uri)] = markdown
        while len(self._texts) > KEPT:
            gone, _text = self._texts.popitem(last=False)
            self._read.pop(gone, None)
        return uri

    def replace(self, uri: str, markdown: str) -> None:
        """Another text for an address that was given out; one that is no longer kept stays gone."""
        if unquote(uri) in self._texts:
            self._texts[unquote(uri)] = markdown

    def get(self, uri: str) -> str | None:
        """The answer at an address, while it is kept."""
        text = self._texts.get(unquote(uri))
        if text is not None:
            self._read[unquote(uri)] = text
        return text

    def was_read(self, uri: str) -> bool:
        """Whether an editor has read an address since its text changed last; one that is gone counts as read."""
        return self._texts.get(unquote(uri)) in (None, self._read.get(unquote(uri)))
