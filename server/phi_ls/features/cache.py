"""Completions that are still right: typing what was offered, or deleting it again, needs no model.

An entry holds for a document whose text before the entry's offset and after the cursor is what it was; what was typed
since must be the beginning of the offered text. Of a large file the `NEAR` characters on both sides are compared, and
its length: more than a prompt ever shows.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phi_ls.text import Source

CAPACITY = 64
"""Entries kept; the least recently used go first."""


NEAR = 20_000


@dataclass(frozen=True)
class _Key:
    uri: str
    offset: int
    before: str
    after: str
    length_after: int


class CompletionCache:
    """Finished completions by where they were offered."""

    def __init__(self) -> None:
        self._entries: OrderedDict[_Key, str] = OrderedDict()

    def put(self, source: Source, offset: int, text: str) -> None:
        """Remember that `text` was offered at `offset`; "" says that there is nothing to offer there."""
        key = _Key(source.uri, offset, _before(source, offset), *_after(source, offset))
        self._entries[key] = text
        self._entries.move_to_end(key)
        while len(self._entries) > CAPACITY:
            self._entries.popitem(last=False)

    def find(self, source: Source, offset: int) -> str | None:
        """What is left of an entry that still holds at `offset`; None when there is none.

        Text that was typed up to the end of an entry leaves nothing to offer, which is not the same as an entry.
        """
        after = _after(source, offset)
        for key, text in reversed(self._entries.items()):
            typed = offset - key.offset
            if key.uri != source.uri or (key.after, key.length_after) != after or not 0 <= typed <= len(text):
                continue
            if typed == len(text) and text:
                continue
            if source.text[key.offset : offset] != text[:typed] or _before(source, key.offset) != key.before:
                continue
            self._entries.move_to_end(key)
            return text[typed:]
        return None

    def clear(self) -> None:
        """Forget everything, as when another model is loaded."""
        self._entries.clear()


def _before(source: Source, offset: int) -> str:
    return source.text[max(offset - NEAR, 0) : offset]


def _after(source: Source, offset: int) -> tuple[str, int]:
    return source.text[offset : offset + NEAR], len(source.text) - offset
