"""Completions that are still right: typing what was offered, or deleting it again, needs no model.

An entry holds for a document whose text before the entry's offset and after the cursor is what it was; what was typed
since must be the beginning of the offered text. Of a large file the `NEAR` characters on both sides are compared, and
its length: more than a prompt ever shows. Brackets and quotes that an editor closes by itself while an offer is typed
stand behind the cursor and are part of the offer.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phi_ls.text import Source

CAPACITY = 128
"""Entries kept; the least recently used go first."""
NEAR = 20_000

_CLOSED_BY_EDITOR = re.compile(r"[)\]}\"'`]{1,4}")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A completion, or what is left of it; "" says that there is nothing to offer.

    `confidence` is that of the model in a text that was not shown yet, `least` the probability of its least sure token;
    None for what was, and for what was looked up.
    `replaces` characters behind the cursor are in the text as well. `cut`: what the model was unsure of was left out.
    """

    text: str
    by: Literal["model", "lookup"] = "model"
    confidence: float | None = None
    least: float | None = None
    replaces: int = 0
    cut: bool = False


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
        self._entries: OrderedDict[_Key, Kept] = OrderedDict()

    def put(
        self,
        source: Source,
        offset: int,
        text: str,
        *,
        by: Literal["model", "lookup"] = "model",
        confidence: float | None = None,
        least: float | None = None,
        replaces: int = 0,
        cut: bool = False,
    ) -> None:
        """Remember what belongs to `offset`; the arguments are those of `Kept`."""
        key = _Key(source.uri, offset, _before(source, offset), *_after(source, offset))
        self._entries[key] = Kept(text=text, by=by, confidence=confidence, least=least, replaces=replaces, cut=cut)
        self._entries.move_to_end(key)
        while len(self._entries) > CAPACITY:
            self._entries.popitem(last=False)

    def find(self, source: Source, offset: int) -> Kept | None:
        """What is left of an entry that still holds at `offset`; None when there is none.

        Text that was typed up to the end of an entry leaves nothing to offer, which is not the same as an entry.
        """
        states = _states_behind(source, offset)
        for key, kept in reversed(self._entries.items()):
            typed = offset - key.offset
            if key.uri != source.uri or not 0 <= typed <= len(kept.text) or (typed == len(kept.text) and typed):
                continue
            over = _typed_over(key, kept, *states[0][0]) if typed else 0
            closed = next((closed for after, closed in states if after == (key.after, key.length_after)), None)
            if (closed is None and not over) or (closed and not typed):
                continue
            if source.text[key.offset : offset] != kept.text[:typed] or _before(source, key.offset) != key.before:
                continue
            left = replace(kept, text=kept.text[typed:], replaces=kept.replaces - over)
            rest = _behind_closers(left, closed or "")
            if rest is not None:
                self._entries.move_to_end(key)
                return rest
        return None

    def clear(self) -> None:
        """Forget everything, as when another model is loaded."""
        self._entries.clear()


def _states_behind(source: Source, offset: int) -> list[tuple[tuple[str, int], str]]:
    """What stands behind the cursor, with and without what an editor may have put there, and that text."""
    found = _CLOSED_BY_EDITOR.match(source.text, offset)
    closers = found.group() if found else ""
    return [(_after(source, offset + count), closers[:count]) for count in range(len(closers) + 1)]


def _typed_over(key: _Key, kept: Kept, after: str, length: int) -> int:
    """How many of the characters that the text replaces have gone: the editor lets them be typed over."""
    gone = key.length_after - length
    return gone if 0 < gone <= kept.replaces and after.startswith(key.after[gone:]) else 0


def _behind_closers(rest: Kept, closed: str) -> Kept | None:
    """An offer where the editor has closed what it opens: without the closers, or in their place; None if it has none.

    An offer that replaces text must hold it in this order, for editors show only what is added to it.
    """
    if not closed:
        return rest
    if rest.replaces:
        return None
    if rest.text.endswith(closed):
        return replace(rest, text=rest.text.removesuffix(closed))
    remaining = iter(rest.text)
    return replace(rest, replaces=len(closed)) if all(character in remaining for character in closed) else None


def _before(source: Source, offset: int) -> str:
    return source.text[max(offset - NEAR, 0) : offset]


def _after(source: Source, offset: int) -> tuple[str, int]:
    return source.text[offset : offset + NEAR], len(source.text) - offset
