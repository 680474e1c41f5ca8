"""A prompt in parts as what the two kinds of OpenAI-compatible endpoint take: one text, or messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.wire import Control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.wire import Part

# A server reads control tokens wherever they stand in a text, so those of a file are broken up by an invisible space.
_CONTROL_LOOK = re.compile("<(?=[|/a-z\uff5c][^<>\\s]{0,40}>)")
_INVISIBLE = "\u200b"
_ROLES = {"<|system|>": "system", "<|user|>": "user", "<|assistant|>": "assistant"}


def as_text(parts: Sequence[Part]) -> str:
    """The prompt with its control tokens spelled out; text of a file cannot spell one."""
    return "".join(part.token if isinstance(part, Control) else harmless(part.text) for part in parts)


def as_messages(parts: Sequence[Part]) -> list[dict[str, str]]:
    """The turns of a chat prompt; the last one is the beginning of the answer where the prompt begins it."""
    messages: list[dict[str, str]] = []
    open_turn = False
    for part in parts:
        if isinstance(part, Control):
            open_turn = part.token in _ROLES
            if open_turn:
                messages.append({"role": _ROLES[part.token], "content": ""})
        elif open_turn:
            messages[-1]["content"] += harmless(part.text)
    for message in messages:
        # The line end behind a role's token belongs to the template, which the server applies itself.
        message["content"] = message["content"].removeprefix("\n")
    return [message for message in messages if message["content"]]


def harmless(text: str) -> str:
    """`text` without anything that a tokenizer would take for a control token."""
    return _CONTROL_LOOK.sub("<" + _INVISIBLE, text)


class WithoutEcho:
    """Drops the beginning of the answer that chat servers repeat although the prompt has it already."""

    def __init__(self, begun: str) -> None:
        self._begun = begun
        self._held = ""
        self._decided = not begun

    def push(self, text: str) -> str:
        """What of the answer is new so far."""
        if self._decided:
            return text
        self._held += text
        if self._held.startswith(self._begun):
            self._decided = True
            return self._held[len(self._begun) :]
        if self._begun.startswith(self._held):
            return ""
        self._decided = True
        return self._held

    def rest(self) -> str:
        """What was held back when the answer ended: a whole answer that looked like an echo."""
        return "" if self._decided else self._held
