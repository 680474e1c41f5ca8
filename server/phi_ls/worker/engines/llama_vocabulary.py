"""A GGUF file's vocabulary, read so that text can never become a control token.

llama.cpp calls some vocabularies' control tokens "user defined" and finds those in any text, so text that spells one is
encoded in two pieces there.
"""

from __future__ import annotations

import ctypes
import re
from typing import Any

import llama_cpp.llama_cpp as native

from phi_ls.errors import GenerationFailed

# A byte that no vocabulary merges with anything: it keeps the space that a text is given away from the text behind it.
_GUARD = "\x01"


class LlamaVocabulary:
    """The vocabulary of a loaded model, which must outlive it."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - a native pointer
        self._native = native.llama_model_get_vocab(model)
        self.size = int(native.llama_vocab_n_tokens(self._native))
        self._control_ids, user_defined, self._swallowing = self._special()
        self._controls = {self._text(id_): id_ for id_ in self._control_ids}
        self._user_defined = _beginnings(user_defined)
        self.end_tokens = frozenset(id_ for id_ in self._control_ids if native.llama_vocab_is_eog(self._native, id_))
        spaced = native.llama_vocab_type(self._native) == native.LLAMA_VOCAB_TYPE_SPM
        self._guard = self._encode(_GUARD) if spaced else None

    def control(self, token: str) -> int | None:
        """The id of a control token, None if there is none of that text."""
        return self._controls.get(token)

    def swallows_space(self, control: int) -> bool:
        """Whether white space after this control token belongs to it; llama.cpp decides by the model's name."""
        return control in self._swallowing

    def encode_text(self, text: str, *, begins: bool) -> list[int]:
        """Ids of a text that is not empty, none of them a control token."""
        ids: list[int] = []
        for piece in self._pieces(text):
            ids += self._encode(piece) if begins or self._guard is None else self._encode_unspaced(piece)
            begins = False
        # A character that the vocabulary cannot spell is `<unk>`, which is a control token.
        return [id_ for id_ in ids if id_ not in self._control_ids]

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; empty for control tokens and ids that no token has."""
        if token in self._control_ids or not 0 <= token < self.size:
            return b""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = native.llama_token_to_piece(self._native, token, buffer, size, 0, False)
            if length >= 0:
                return buffer.raw[:length]
            size = -length

    def _pieces(self, text: str) -> list[str]:
        """`text` in pieces, none of which holds a whole control token that would be found in it."""
        if self._user_defined is None:
            return [text]
        cuts = [match.start() + 1 for match in self._user_defined.finditer(text)]
        return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True) if start < end]

    def _encode_unspaced(self, text: str) -> list[int]:
        guard = self._guard or []
        ids = self._encode(_GUARD + text)
        if ids[: len(guard)] != guard:
            raise GenerationFailed("the vocabulary merges control characters; this model cannot be prompted")
        return ids[len(guard) :]

    def _encode(self, text: str) -> list[int]:
        data = text.encode()
        room = len(data) + 8
        ids = (native.llama_token * room)()
        found = native.llama_tokenize(self._native, data, len(data), ids, room, False, False)
        if found < 0:
            raise GenerationFailed(f"llama.cpp gives {-found} tokens for {len(data)} bytes of text")
        return list(ids[:found])

    def _special(self) -> tuple[frozenset[int], list[str], frozenset[int]]:
        """Control tokens, those among them that are found in any text, and those that swallow white space."""
        always = native.LLAMA_TOKEN_ATTR_CONTROL | native.LLAMA_TOKEN_ATTR_UNKNOWN
        controls, user_defined, swallowing = set(), [], set()
        for id_ in range(self.size):
            attributes = native.llama_vocab_get_attr(self._native, id_)
            if attributes & native.LLAMA_TOKEN_ATTR_USER_DEFINED and len(text := self._text(id_)) > 1 and text.strip():
                user_defined.append(text)
                controls.add(id_)
            elif attributes & always:
                controls.add(id_)
            if attributes & native.LLAMA_TOKEN_ATTR_RSTRIP:
                swallowing.add(id_)
        return frozenset(controls), user_defined, frozenset(swallowing)

    def _text(self, token: int) -> str:
        return str(native.llama_vocab_get_text(self._native, token).decode("utf-8", "replace"))


def _beginnings(tokens: list[str]) -> re.Pattern[str] | None:
    """Matches the empty place before each of `tokens`, also where two overlap."""
    return re.compile("(?=" + "|".join(map(re.escape, tokens)) + ")") if tokens else None
