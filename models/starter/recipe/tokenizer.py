"""The tokenizer: byte-level BPE with Qwen2's split, which three runtimes read to the same tokens.

The control tokens are the last entries and all of the form `<|...|>`: such text is rare in source, and where it occurs
it is encoded as the plain text that it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
CONTROL = ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
END_OF_TEXT, END_OF_TURN = CONTROL[0], CONTROL[4]
RESERVED = tuple(f"<|reserved{number}|>" for number in range(3))
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)


def train(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A tokenizer with exactly `vocabulary` entries, control tokens included."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(CONTROL) - len(RESERVED),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    tokenizer.add_special_tokens([*CONTROL, *RESERVED])
    if tokenizer.get_vocab_size() != vocabulary:
        raise ValueError(f"wanted {vocabulary} entries, the text yields {tokenizer.get_vocab_size()}; give more text")
    return tokenizer


def save(tokenizer: Tokenizer, folder: Path, *, context_tokens: int) -> None:
    """Write tokenizer.json and what Hugging Face and onnxruntime-genai read beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.encode_special_tokens = False
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_TEXT,
        "unk_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "pad_token": END_OF_TEXT,
        "clean_up_tokenization_spaces": False,
        "model_max_length": context_tokens,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE, "utf-8")


class Encoder:
    """Encodes parts of a prompt: plain text never becomes a control token, whatever it spells."""

    def __init__(self, folder: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.encode_special_tokens = True
        self.vocabulary: int = self._tokenizer.get_vocab_size()
        self._control: dict[str, int] = {token: self._known(token) for token in CONTROL}

    def text(self, text: str) -> list[int]:
        """The tokens of plain text."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def control(self, token: str) -> int:
        """The id of one control token."""
        return self._control[token]

    def _known(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"wanted a vocabulary with {token}, found none in it; train the tokenizer again")
        return int(found)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of tokens, control tokens spelled out."""
        text: str = self._tokenizer.decode(list(map(int, ids)), skip_special_tokens=False)
        return text


def sample(texts: list[str], limit: int, seed: int) -> list[str]:
    """About `limit` characters of `texts`, evenly drawn, in a fixed order."""
    order = np.random.default_rng(seed).permutation(len(texts))
    chosen, total = [], 0
    for index in order:
        if total >= limit:
            break
        chosen.append(texts[index])
        total += len(texts[index])
    return chosen
