"""Which sequence of the KV cache belongs to what: typing, an action, one document or another.

A sequence keeps its tokens while others are worked on. When places or memory run out, the one that was used longest
ago goes; where the engine can, it goes to main memory, whence it comes back for a small part of the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from phi_ls.worker.prefix import Prefix, common_length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.worker.engine import Engine

WORTH_KEEPING = 64
"""Fewer tokens than this are computed again rather than kept."""


class Sequences:
    """The sequences of one engine by name. `kept_bytes` bounds the main memory for those that had to go."""

    def __init__(self, engine: Engine, *, kept_bytes: int = 0) -> None:
        self._engine = engine
        self._prefixes: list[Prefix] = []
        self._places: dict[str, int] = {}
        """From the one that was used longest ago to the one in use."""
        self._kept = _Kept(kept_bytes)

    def enter(self, name: str, prompt: Sequence[int], new_tokens: int) -> Prefix:
        """Make the engine work on the sequence `name`, with room for a prompt and so many tokens behind it.

        The account that is returned is to be used until the next call.
        """
        kept = None if name in self._places else self._kept.take(name)
        wanted = len(prompt) + new_tokens
        if kept is not None and common_length(kept.tokens, prompt) >= WORTH_KEEPING:
            wanted = max(wanted, len(kept.tokens))
        else:
            kept = None
        place = self._places.pop(name) if name in self._places else self._new_place()
        self._places[name] = place
        self._make_room(name, wanted)
        self._engine.select(place)
        prefix = self._prefixes[place]
        if kept is not None:
            prefix.restore(kept.tokens, kept.state)
        return prefix

    def drop(self) -> None:
        """Take nothing for granted any more: the engine raised."""
        for prefix in self._prefixes:
            prefix.drop()

    def _new_place(self) -> int:
        """A place that nobody uses, taken from somebody if need be."""
        used = set(self._places.values())
        free = next((place for place in range(len(self._prefixes)) if place not in used), None)
        if free is not None:
            return free
        if not self._prefixes or len(self._prefixes) < self._engine.sequences:
            self._prefixes.append(Prefix(self._engine))
            return len(self._prefixes) - 1
        return self._evict(next(iter(self._places)))

    def _make_room(self, name: str, wanted: int) -> None:
        others = [other for other in self._places if other != name]
        while (
            others and wanted + sum(len(self._prefixes[self._places[other]]) for other in others) > self._engine.cells
        ):
            self._evict(others.pop(0))

    def _evict(self, name: str) -> int:
        place = self._places.pop(name)
        prefix = self._prefixes[place]
        self._engine.select(place)
        if len(prefix) >= WORTH_KEEPING and self._kept.limit:
            state = self._engine.save(self._kept.limit)
            if state is not None:
                self._kept.put(name, _State(prefix.tokens, state))
        prefix.cut(0)
        return place


class _State(NamedTuple):
    tokens: tuple[int, ...]
    state: bytearray


class _Kept:
    """Saved sequences, together no more than `limit` bytes; the oldest goes first."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._states: dict[str, _State] = {}

    def take(self, name: str) -> _State | None:
        return self._states.pop(name, None)

    def put(self, name: str, state: _State) -> None:
        self._states[name] = state
        while sum(len(kept.state) for kept in self._states.values()) > self.limit:
            del self._states[next(iter(self._states))]
