"""Writes a GGUF file that holds a vocabulary and no weights."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
_INT32, _FLOAT32, _BOOL, _STRING, _ARRAY, _UINT32 = 5, 6, 7, 8, 9, 4
_FORMATS = {_INT32: "<i", _FLOAT32: "<f", _BOOL: "<?", _UINT32: "<I"}


def write_vocabulary(file: Path, tokenizer_json: Path, *, name: str, added_type: int = CONTROL) -> None:
    """The vocabulary of a SentencePiece-like `tokenizer.json`; added tokens get the type `added_type`."""
    spec: dict[str, Any] = json.loads(tokenizer_json.read_text(encoding="utf-8"))
    ids: dict[str, int] = dict(spec["model"]["vocab"])
    ids |= {token["content"]: token["id"] for token in spec["added_tokens"]}
    added = {token["content"] for token in spec["added_tokens"]}
    tokens = sorted(ids, key=ids.__getitem__)
    ranks: dict[str, int] = {}
    for rank, merge in enumerate(spec["model"]["merges"]):
        ranks.setdefault("".join(merge.split(" ") if isinstance(merge, str) else merge), rank)
    fields = [
        ("general.architecture", _STRING, "phi3"),
        ("general.name", _STRING, name),
        ("tokenizer.ggml.model", _STRING, "llama"),
        ("tokenizer.ggml.pre", _STRING, "default"),
        ("tokenizer.ggml.tokens", _STRING, tokens),
        ("tokenizer.ggml.scores", _FLOAT32, [-float(ranks.get(token, 0)) for token in tokens]),
        ("tokenizer.ggml.token_type", _INT32, [_type(token, token in added, added_type) for token in tokens]),
        ("tokenizer.ggml.bos_token_id", _UINT32, ids["<s>"]),
        ("tokenizer.ggml.eos_token_id", _UINT32, ids["<|endoftext|>"]),
        ("tokenizer.ggml.unknown_token_id", _UINT32, ids["<unk>"]),
        ("tokenizer.ggml.add_space_prefix", _BOOL, True),
    ]
    header = b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields))
    file.write_bytes(header + b"".join(_field(*field) for field in fields))


def _type(token: str, added: bool, added_type: int) -> int:
    if token == "<unk>":
        return UNKNOWN
    if token in ("<s>", "</s>"):
        return CONTROL
    if added:
        return added_type
    return BYTE if len(token) == 6 and token.startswith("<0x") else NORMAL


def _field(key: str, kind: int, value: object) -> bytes:
    if isinstance(value, list):
        head = struct.pack("<IIQ", _ARRAY, kind, len(value))
        return _string(key) + head + b"".join(_value(kind, item) for item in value)
    return _string(key) + struct.pack("<I", kind) + _value(kind, value)


def _value(kind: int, value: object) -> bytes:
    return _string(str(value)) if kind == _STRING else struct.pack(_FORMATS[kind], value)


def _string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data
