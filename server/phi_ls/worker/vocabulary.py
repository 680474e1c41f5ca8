"""A model's `tokenizer.json`, read so that text can never become a control token.

Ids are those of Hugging Face's `tokenizers`; onnxruntime-genai's own tokenizer cuts text at NUL, turns `<|end|>` in a
file into the real thing and splits some code in another way.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tokenizers import Tokenizer

from phi_ls.errors import LoadFailed

if TYPE_CHECKING:
    from pathlib import Path

_SPACE = "\u2581"


class Vocabulary:
    """The vocabulary of one `tokenizer.json`. Raises `LoadFailed` when the file is not there or is none."""

    def __init__(self, file: Path) -> None:
        try:
            spec = json.loads(file.read_bytes())
            added = {token["content"]: token for token in spec["added_tokens"]}
            self._space = _take_opening_space(spec)
            self._bytes = _byte_alphabet() if _is_byte_level(spec) else None
            self._controls = {text: token["id"] for text, token in added.items() if _is_control(token)}
            self._swallowing = {id_ for text, id_ in self._controls.items() if added[text]["rstrip"]}
            for text in self._controls:
                # Only tokens marked as special are left alone by `encode_special_tokens`.
                added[text]["special"] = True
            self._tokenizer = Tokenizer.from_str(json.dumps(spec))
        except Exception as error:  # tokenizers raises plain exceptions
            raise LoadFailed(f"{file}: wanted a tokenizer, found {type(error).__name__}: {error}") from error
        self._tokenizer.encode_special_tokens = True
        self._control_ids = frozenset(self._controls.values())
        self._added_text = {token["id"]: text for text, token in added.items()}

    def control(self, token: str) -> int | None:
        """The id of a control token, None if there is none of that text."""
        return self._controls.get(token)

    def swallows_space(self, control: int) -> bool:
        """Whether white space after this control token belongs to it."""
        return control in self._swallowing

    def encode_text(self, text: str, *, begins: bool) -> list[int]:
        """Ids of a text that is not empty, none of them a control token."""
        opened = self._space.before(text) + text if begins else text
        ids = self._tokenizer.encode(opened, add_special_tokens=False).ids
        # A character that the vocabulary cannot spell is `<unk>`, which is a control token.
        return [id_ for id_ in ids if id_ not in self._control_ids]

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for; empty for control tokens and ids that no token has."""
        if token in self._control_ids:
            return b""
        if token in self._added_text:
            return str(self._added_text[token]).encode()
        text: str = self._tokenizer.id_to_token(token) or ""
        if self._bytes is not None:
            return bytes(self._bytes[character] for character in text)
        if len(text) == 6 and text.startswith("<0x") and text.endswith(">"):
            return bytes([int(text[3:5], 16)])
        return text.replace(_SPACE, " ").encode()


class _OpeningSpace(NamedTuple):
    """The space that a vocabulary puts before text, where it is not there yet (or always, if `repeats`)."""

    mark: str = ""
    repeats: bool = False

    def before(self, text: str) -> str:
        return self.mark if self.repeats or not text.startswith((" ", _SPACE)) else ""


def _take_opening_space(spec: dict[str, Any]) -> _OpeningSpace:
    """Remove from `spec` the rule that puts a space before every text: text at a border must not get one.

    The scheme "first" puts one before the whole prompt only. A prompt begins with a control token, so it gets none.
    """
    space = _OpeningSpace()
    for step in _steps(spec, "normalizer", "normalizers"):
        if step["type"] == "Prepend":
            space = _OpeningSpace(step["prepend"], repeats=True)
    others = [step for step in _steps(spec, "normalizer", "normalizers") if step["type"] != "Prepend"]
    spec["normalizer"] = {"type": "Sequence", "normalizers": others} if others else None
    for step in _steps(spec, "pre_tokenizer", "pretokenizers"):
        if step["type"] == "Metaspace":
            if step.get("prepend_scheme", "always") == "always":
                space = _OpeningSpace(step["replacement"])
            step["prepend_scheme"] = "never"
    return space


def _steps(spec: dict[str, Any], name: str, inner: str) -> list[dict[str, Any]]:
    step = spec.get(name)
    if step is None:
        return []
    return list(step[inner]) if step["type"] == "Sequence" else [step]


def _is_byte_level(spec: dict[str, Any]) -> bool:
    return any(step["type"] == "ByteLevel" for step in _steps(spec, "decoder", "decoders"))


def _is_control(token: dict[str, Any]) -> bool:
    """Added runs of white space are text; every other added token, `</s>` say, ends or begins something."""
    return bool(token["special"] or token["content"].strip())


def _byte_alphabet() -> dict[str, int]:
    """The characters by which byte-level vocabularies spell the 256 bytes."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + index): byte for index, byte in enumerate(others)}
