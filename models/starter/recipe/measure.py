"""Bits per byte of held-out text: the measure that compares models with different tokenizers."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Literal

import torch
import torch.nn.functional as F  # noqa: N812 - the name everyone reads

from . import state as states
from .corpus import Corpus
from .model import Starter
from .tokenizer import END_OF_TEXT, Encoder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HELD_OUT: tuple[Literal["val_id", "val_ood"], ...] = ("val_id", "val_ood")


def measure(folder: Path, checkpoint: Path, *, averaged: bool, tokens: int = 300_000) -> dict[str, float]:
    """Bits per byte of about `tokens` tokens of each held-out part, in windows that know nothing of each other."""
    shape, weights, seen = states.weights(checkpoint, averaged=averaged)
    model = Starter(shape)
    model.load_state_dict(weights)
    corpus, encoder = Corpus(folder / "corpus"), Encoder(folder / "tokenizer")
    result: dict[str, float] = {"tokens_seen": seen}
    for part in HELD_OUT:
        entries = corpus.part(part)
        texts = [corpus.text(entry) for entry in entries[:: max(1, len(entries) // 120)]]
        nats, size = 0.0, 0
        for window in _windows(texts, encoder, shape.row_tokens, tokens):
            nats += _nats(model, window)
            size += len(encoder.decode(window[1:]).encode("utf-8"))
        if size:
            result[part] = round(nats / size / math.log(2), 4)
    return result


def report(folder: Path, checkpoint: Path, *, averaged: bool) -> str:
    """The measurement as one JSON line, which is also added to the run's `measured.jsonl`."""
    line = json.dumps({"checkpoint": checkpoint.parent.name, **measure(folder, checkpoint, averaged=averaged)})
    with (folder / "measured.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    return line


def _windows(texts: list[str], encoder: Encoder, length: int, limit: int) -> Iterator[list[int]]:
    begin = encoder.control(END_OF_TEXT)
    for text in texts:
        ids = encoder.text(text)
        for start in range(0, len(ids), length - 1):
            if limit <= 0:
                return
            limit -= length
            yield [begin, *ids[start : start + length - 1]]


def _nats(model: Starter, window: list[int]) -> float:
    tokens = torch.tensor([window])
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        logits = model.logits(tokens)[0, :-1]
    return float(F.cross_entropy(logits.float(), tokens[0, 1:], reduction="sum").item())
