"""The engines without phi-ls around them, as a short program of its own would use them: one JSON line in, one out.

    python -m bench.bare ENGINE MODEL THREADS CONTEXT

Each request names a prompt's parts and a number of tokens; the answer has the tokens of a fresh, plain, greedy
generation, and the seconds of prefill and decode. Only the prompt's encoding is phi-ls's, so that both read the same.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from dataclasses import dataclass, field
from itertools import chain, cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from phi_ls.wire import part_of
from phi_ls.worker.engine import CHUNK_TOKENS
from phi_ls.worker.parts import encode_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

SIZES = (2048, 64, 32, 4, 2, 8)
TAILS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256)
GROUPS = (1, 4, 2, 3)
"""Portions that are tried to see what rounding does: pieces of a size, and behind them a tail in smaller groups."""
BY_CHANCE = 60
LONGEST_BY_CHANCE = (2, 5, 12, 64)
OTHERS = (0, 3, 12, 30, 100)
"""Before those, portions of random lengths, as somebody makes them who types and deletes, and another text between."""


@dataclass
class Plain:
    """What a generation gave. `margins`: by how much each token's score was above the second best, when asked for."""

    ids: list[int] = field(default_factory=list)
    margins: list[float] = field(default_factory=list)
    prefill_seconds: float = 0.0
    decode_seconds: float = 0.0


class Bare(Protocol):
    """One engine."""

    vocabulary: Any
    end_tokens: frozenset[int]

    def run(self, prompt: Sequence[int], count: int, *, margins: bool) -> Plain:
        """At most `count` tokens from an empty cache, fewer at an end token if `margins` are wanted."""

    def scores_after(self, portions: Sequence[list[int]], others: int) -> npt.NDArray[np.float32]:
        """Shape (vocabulary,): the scores behind what is read into an empty cache in these portions.

        Between them come and go so many tokens of `others`, another text, in the same memory where there is one: then
        later tokens lie before earlier ones, and what is summed over them is summed in another order.
        """


class LlamaCpp:
    """llama.cpp's C functions: a greedy sampler and a decode per token."""

    def __init__(self, model: str, threads: int, context: int) -> None:
        import llama_cpp.llama_cpp as native

        from phi_ls.worker.engines.llama_batch import Batch
        from phi_ls.worker.engines.llama_vocabulary import LlamaVocabulary

        self._native = native
        # llama.cpp keeps the pointer.
        self._silence = native.llama_log_callback(lambda *_: None)
        native.llama_log_set(self._silence, None)
        native.llama_backend_init()
        wanted = native.llama_model_default_params()
        wanted.n_gpu_layers = 0
        self._model = native.llama_model_load_from_file(os.fsencode(model), wanted)
        self.vocabulary = LlamaVocabulary(self._model)
        self.end_tokens = self.vocabulary.end_tokens
        made = native.llama_context_default_params()
        made.n_ctx = 2 * context
        made.n_seq_max, made.kv_unified = 2, True
        made.n_batch = context
        # As phi-ls sets it: from 64 rows on llama.cpp takes another attention kernel, which rounds in another way.
        made.n_ubatch = CHUNK_TOKENS
        made.n_threads = made.n_threads_batch = threads
        made.no_perf = True
        self._context = native.llama_init_from_model(self._model, made)
        self._memory = native.llama_get_memory(self._context)
        self._greedy = native.llama_sampler_init_greedy()
        self._other = Batch(max(OTHERS))
        self._other.sequence = 1

    def run(self, prompt: Sequence[int], count: int, *, margins: bool) -> Plain:
        """See `Bare`."""
        native, found = self._native, Plain()
        native.llama_memory_clear(self._memory, True)
        began = time.perf_counter()
        self._decode(list(prompt))
        filled = time.perf_counter()
        while True:
            token = native.llama_sampler_sample(self._greedy, self._context, -1)
            found.ids.append(token)
            if margins:
                found.margins.append(_margin(self._scores()))
            if len(found.ids) == count or (margins and token in self.end_tokens):
                break
            self._decode([token])
        found.prefill_seconds, found.decode_seconds = filled - began, time.perf_counter() - filled
        return found

    def scores_after(self, portions: Sequence[list[int]], others: int) -> npt.NDArray[np.float32]:
        """See `Bare`."""
        self._native.llama_memory_clear(self._memory, True)
        for number, portion in enumerate(portions):
            # Before every second portion they come, and they go before the next, which takes their places.
            if others and number % 2:
                self._native.llama_memory_seq_rm(self._memory, 1, -1, -1)
            elif others:
                self._native.llama_decode(self._context, self._other.filled([1] * others, 0))
            self._decode(portion)
        return self._scores().copy()

    def _decode(self, tokens: list[int]) -> None:
        native = self._native
        array = (native.llama_token * len(tokens))(*tokens)
        code = native.llama_decode(self._context, native.llama_batch_get_one(array, len(tokens)))
        if code:
            raise RuntimeError(f"llama_decode returned {code}")

    def _scores(self) -> npt.NDArray[np.float32]:
        scores = self._native.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(scores, shape=(self.vocabulary.size,))


class OnnxGenai:
    """The loop of onnxruntime-genai's own examples."""

    def __init__(self, model: str, threads: int, context: int) -> None:
        import onnxruntime_genai as og

        from phi_ls.worker.engines.genai_folder import GenaiFolder
        from phi_ls.worker.vocabulary import Vocabulary

        folder = GenaiFolder(Path(model))
        self._og, self._length = og, context
        self.vocabulary = Vocabulary(folder.path / "tokenizer.json")
        named = {self.vocabulary.control(token) for token in ("<|end|>", "<|endoftext|>")}
        self.end_tokens = folder.end_tokens | {end for end in named if end is not None}
        with folder.loadable() as path:
            config = og.Config(str(path))
            config.clear_providers()
            config.overlay(folder.overlay(path, context_tokens=context, threads=threads))
            self._model = og.Model(config)

    def run(self, prompt: Sequence[int], count: int, *, margins: bool) -> Plain:
        """See `Bare`."""
        found, generator = Plain(), self._generator()
        began = time.perf_counter()
        generator.append_tokens(np.asarray(prompt, np.int32))
        filled = time.perf_counter()
        while True:
            if margins:
                found.margins.append(_margin(np.asarray(generator.get_logits(), np.float32).reshape(-1)))
            generator.generate_next_token()
            found.ids.append(int(generator.get_next_tokens()[0]))
            if len(found.ids) == count or (margins and found.ids[-1] in self.end_tokens):
                break
        found.prefill_seconds, found.decode_seconds = filled - began, time.perf_counter() - filled
        return found

    def scores_after(self, portions: Sequence[list[int]], others: int) -> npt.NDArray[np.float32]:
        """See `Bare`; each text has a memory of its own."""
        generator = self._generator()
        for portion in portions:
            generator.append_tokens(np.asarray(portion, np.int32))
        return np.asarray(generator.get_logits(), np.float32).reshape(-1)

    def _generator(self) -> Any:  # noqa: ANN401 - the engine has no types
        parameters = self._og.GeneratorParams(self._model)
        parameters.set_search_options(max_length=self._length, do_sample=False)
        return self._og.Generator(self._model, parameters)


def main() -> None:
    """Serve until stdin ends."""
    engine, model, threads, context = sys.argv[1:]
    kind = LlamaCpp if engine == "llama_cpp" else OnnxGenai
    bare: Bare = kind(model, int(threads), int(context))
    _answer({"ready": True})
    for line in sys.stdin:
        _answer(_answered(bare, json.loads(line)))


def _answered(bare: Bare, request: dict[str, Any]) -> dict[str, Any]:
    prompt = encode_parts(bare.vocabulary, [part_of(record) for record in request["parts"]])
    found = bare.run(prompt, request["tokens"], margins=bool(request.get("margins")))
    # An end token spells nothing, so it leaves no trace in the texts.
    pieces = [bare.vocabulary.piece(token) for token in found.ids]
    answer = {
        "text": b"".join(pieces).decode("utf-8", "replace"),
        "margins": found.margins,
        "prefill_seconds": found.prefill_seconds,
        "decode_seconds": found.decode_seconds,
    }
    if "other" in request and request["other"] != answer["text"]:
        answer |= explained(bare, prompt, found, request["other"])
    return answer


def explained(bare: Bare, prompt: Sequence[int], plain: Plain, other: str) -> dict[str, Any]:
    """Where a plain answer and another one part, and what the same tokens say there, read in other portions.

    `margin`: the two best scores' distance. `by_portions`: after some of these portions the other's token is the best.
    """
    wanted = other.encode()
    at = parting(wanted, [bare.vocabulary.piece(token) for token in plain.ids])
    written = b"".join(bare.vocabulary.piece(token) for token in plain.ids[:at])
    ids = [*prompt, *plain.ids[:at]]
    even = (
        portions(ids, size, tail, group) for group in GROUPS for size in SIZES for tail in TAILS if tail <= len(ids)
    )
    dice = random.Random(len(ids))  # noqa: S311 - nothing secret
    uneven = (by_chance(ids, LONGEST_BY_CHANCE[number % len(LONGEST_BY_CHANCE)], dice) for number in range(BY_CHANCE))
    tried = chain(zip(uneven, cycle(OTHERS)), ((pieces, 0) for pieces in even))
    pieces = {token: bare.vocabulary.piece(token) for token in range(bare.vocabulary.size) if token != plain.ids[at]}
    # A control token spells nothing: one of those is what the other has when it goes on with nothing.
    fits = {
        token for token, piece in pieces.items() if (wanted.startswith(written + piece) if piece else wanted == written)
    }
    best = (int(bare.scores_after(portioned, others).argmax()) for portioned, others in tried)
    return {"margin": plain.margins[at], "by_portions": any(token in fits for token in best)}


def parting(wanted: bytes, pieces: Sequence[bytes]) -> int:
    """The number of the first piece that does not go on as `wanted` does; the last one if all do."""
    written = b""
    for number, piece in enumerate(pieces):
        written += piece
        if not wanted.startswith(written):
            return number
    return len(pieces) - 1


def portions(ids: Sequence[int], size: int, tail: int, group: int) -> list[list[int]]:
    """`ids` in pieces of one size, and the last `tail` of them in groups."""
    cut = len(ids) - tail
    pieces = [list(ids[at : min(at + size, cut)]) for at in range(0, cut, size)]
    return [*pieces, *(list(ids[at : at + group]) for at in range(cut, len(ids), group))]


def by_chance(ids: Sequence[int], longest: int, dice: random.Random) -> list[list[int]]:
    """`ids` in pieces of random lengths."""
    pieces, at = [], 0
    while at < len(ids):
        length = dice.randint(1, longest)
        pieces.append(list(ids[at : at + length]))
        at += length
    return pieces


def _margin(scores: Any) -> float:  # noqa: ANN401 - an array
    second, first = np.partition(scores, -2)[-2:]
    return float(first - second)


def _answer(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
