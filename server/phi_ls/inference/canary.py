"""The first prompts for a backend that nobody has seen run: whether it answers sanely, and how fast.

The text of a canary repeats itself, so that every model can go on with it. An engine whose arithmetic is wrong gives
words that never occurred, or gives up; both are found here and not by a user. Long prompts come last, because they are
what takes memory and crashes.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from phi_ls import wire
from phi_ls.errors import PhiLsError, WorkerDied, WorkerError
from phi_ls.inference.records import Record

if TYPE_CHECKING:
    from phi_ls.inference.client import WorkerClient

LENGTHS = (50, 300, 1500)
"""Tokens of the prompts, as far as the context takes them."""
NEW_TOKENS = 16
LINE_LENGTH = 300
"""The prompt by which the time to the first line is judged."""
PATIENCE_SECONDS = 30.0
"""No canary takes longer on a machine that is fit for the model, the long one excepted."""
LONGEST_SECONDS = 20.0
"""A canary that would take longer, by the speed of the one before, is left out: the user waits for it."""
SANE_SHARE = 0.5
SANE_LOGPROB = -4.0
"""Mean natural-log probability of the tokens; wrong arithmetic is unsure of everything."""
_CHARACTERS_PER_TOKEN = 3.0
_MIB = 1 << 20
_WORD = re.compile(r"[^\W\d_]+|[^\w\s]")


class Garbage(PhiLsError):
    """The backend computes, and what it says is not to be trusted."""


@dataclass(frozen=True)
class _Answer:
    text: str
    logprob: float
    prompt_tokens: int
    statistics: wire.Statistics


async def examine(client: WorkerClient, *, context_tokens: int, load_ms: float) -> Record:
    """Run the canaries on a loaded worker. Raises `Garbage`, or what the worker raises or dies of."""
    answers: list[_Answer] = []
    density, memory = _CHARACTERS_PER_TOKEN, 0
    for length in LENGTHS:
        if length + NEW_TOKENS > context_tokens or _too_slow(answers, length):
            break
        answer = await _asked(client, length, canary(int(length * density)))
        _check(answer, length)
        answers.append(answer)
        density = len(canary(int(length * density))) / max(1, answer.prompt_tokens)
        memory = max(memory, _memory_mib(client.pid))
    return _record(answers, memory, load_ms)


def canary(characters: int) -> str:
    """Lines of about so many characters together, the last one cut in the middle of a long repetition."""
    lines = ["def first(value):\n    return value + 1\n\n\n"]
    size, number = len(lines[0]), 0
    names = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    while size < characters - 80:
        lines.append(f"def {names[number % len(names)]}(value):\n    return value + 1\n\n\n")
        size += len(lines[-1])
        number += 1
    return "".join(lines) + "values = [value, value, value, value, value, value, value, value,"


async def _asked(client: WorkerClient, length: int, prompt: str) -> _Answer:
    texts: list[str] = []
    logprobs: list[float] = []
    limit = max(PATIENCE_SECONDS, 3 * LONGEST_SECONDS if length > LINE_LENGTH else 0)
    try:
        async with asyncio.timeout(limit):
            async with client.generate((wire.Text(prompt),), max_tokens=NEW_TOKENS) as stream:
                async for chunk in stream:
                    texts.append(chunk.text)
                    logprobs.append(chunk.logprob)
    except TimeoutError as error:
        raise Garbage(f"a prompt of {length} tokens was not answered within {limit:.0f} s") from error
    except WorkerDied as error:
        raise WorkerDied(error.returncode, last_words=f"a prompt of {length} tokens was too much for it") from error
    except WorkerError as error:
        raise Garbage(f"a prompt of {length} tokens gave an error: {error}") from error
    assert stream.started is not None  # noqa: S101 - a stream that ended without an error has begun
    assert stream.done is not None  # noqa: S101
    mean = sum(logprobs) / len(logprobs) if logprobs else 0.0
    return _Answer("".join(texts), mean, stream.started.prompt_tokens, stream.done.statistics)


def _check(answer: _Answer, length: int) -> None:
    """Raise `Garbage` for an answer that no sane model gives to a canary."""
    words = _WORD.findall(answer.text)
    known = set(_WORD.findall(canary(2000)))
    sane = sum(word in known for word in words)
    if not words or sane / len(words) < SANE_SHARE or answer.logprob < SANE_LOGPROB:
        raise Garbage(
            f"a prompt of {length} tokens was answered with rubbish: {answer.text[:40]!r}, {sane} of {len(words)} "
            f"words known, mean log probability {answer.logprob:.1f}"
        )


def _too_slow(answers: list[_Answer], length: int) -> bool:
    if not answers:
        return False
    last = answers[-1]
    return last.statistics.ms_first_token / max(1, last.prompt_tokens) * length > LONGEST_SECONDS * 1000


def _record(answers: list[_Answer], memory_mib: int, load_ms: float) -> Record:
    """The figures of the answer that is nearest to `LINE_LENGTH`."""
    best = min(answers, key=lambda answer: abs(answer.prompt_tokens - LINE_LENGTH))
    numbers = best.statistics
    longest = max(answers, key=lambda answer: answer.statistics.new_tokens).statistics
    decode_ms = (longest.ms_total - longest.ms_first_token) / max(1, longest.new_tokens - 1)
    return Record(
        first_line_ms=round(numbers.ms_first_token + (NEW_TOKENS - 1) * decode_ms, 1),
        first_token_ms=round(numbers.ms_first_token, 1),
        prefill_per_s=round(numbers.prefilled_tokens / max(numbers.ms_first_token, 0.001) * 1000, 1),
        decode_per_s=round(1000 / max(decode_ms, 0.001), 1),
        memory_mib=memory_mib,
        load_ms=round(load_ms, 1),
        canaries=tuple(answer.prompt_tokens for answer in answers),
        when=time.time(),
    )


def _memory_mib(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss) // _MIB
    except psutil.Error:
        return 0
