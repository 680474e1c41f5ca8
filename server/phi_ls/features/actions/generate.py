"""Asking the model: a prompt that fits its window, a text that grows, and a second try for what cannot be trusted."""

from __future__ import annotations

import re
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from phi_ls.errors import PromptTooLong
from phi_ls.features.actions.results import Edited, Preview
from phi_ls.inference.schedule import Account, Rank
from phi_ls.syntax import fence_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt
    from phi_ls.text import Edit, Source

Trusted = TypeVar("Trusted")

NEW_TOKENS = 256
SHARE_OF_WINDOW = 0.9
"""How much of the budget the code of a request may take; the rest is the wording of the prompt."""
SHARE_OF_RETRY = 0.6
"""The same when the first answer and what is wrong with it are told too."""


@dataclass(frozen=True)
class Refused:
    """An answer that cannot be trusted, and why: the end of a sentence that begins with "it"."""

    answer: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """One request to the model: `prompt` makes a prompt for code of so many characters."""

    prompt: Callable[[int], Prompt]
    account: Account
    report: Report
    new_tokens: int = NEW_TOKENS
    rank: Rank = Rank.ACTION


async def generate(assistant: Assistant, asked: Asked) -> str:
    """The model's text. A prompt that is too long is made shorter once. Raises what a generation raises."""
    return (await _generated(assistant, asked, SHARE_OF_WINDOW))[1]


async def attempt(
    assistant: Assistant, title: str, source: Source, asked: Asked, judge: Callable[[str], tuple[Edit, ...] | Refused]
) -> Edited | Preview:
    """Edits that `judge` trusts; what it refuses twice is a preview."""
    answers: list[str] = []

    def judged(raw: str) -> tuple[Edit, ...] | Refused:
        answers.append(raw.strip())
        return judge(raw)

    verdict = await attempted(assistant, asked, judged)
    if isinstance(verdict, Refused):
        return Preview(title, preview(title, verdict, source.language), verdict.reason, asked.account)
    return Edited(title, source, verdict, answers[-1], asked.account)


async def attempted(assistant: Assistant, asked: Asked, judge: Callable[[str], Trusted | Refused]) -> Trusted | Refused:
    """What `judge` makes of an answer. What it refuses is told to the model once, and the second answer counts."""
    prompt, raw = await _generated(assistant, asked, SHARE_OF_WINDOW)
    verdict = judge(raw)
    if isinstance(verdict, Refused) and (again := _again(assistant, asked, prompt, raw, verdict)) is not None:
        _prompt, raw = await _generated(assistant, again, SHARE_OF_RETRY)
        verdict = judge(raw)
    return verdict


def preview(title: str, refused: Refused, language: str) -> str:
    """A refused answer as Markdown, with the reason above it."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", refused.answer))])
    return (
        f"# {title}\n\nNothing was changed: the answer {refused.reason}.\n\n"
        f"{fence}{fence_of(language)}\n{refused.answer.strip()}\n{fence}\n"
    )


def loops(text: str) -> bool:
    """The last words have come three times in a row: a small model has lost its way."""
    return without_loop(text) != text


def without_loop(text: str) -> str:
    """The text up to the first repetition of a run of 2 to 8 words that comes three times in a row."""
    words = list(re.finditer(r"\S+\s*", text))
    for size in range(2, 9):
        if len(words) < 3 * size:
            break
        tail = [word.group().strip() for word in words[-3 * size :]]
        if tail[:size] == tail[size : 2 * size] == tail[2 * size :]:
            return text[: words[-2 * size].start()].rstrip()
    return text


def code_in(raw: str) -> str:
    """The code of an answer: what stands in its first fence, or all of it; no blank lines around, a line end behind."""
    fenced = re.search(r"(?ms)^\s*```[^\n]*\n(.*?)(?:^\s*```|\Z)", raw)
    text = fenced.group(1) if fenced else re.sub(r"(?m)^\s*```\s*\Z", "", raw)
    lines = text.split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    code = "\n".join(lines).rstrip()
    return f"{code}\n" if code else ""


def _again(assistant: Assistant, asked: Asked, prompt: Prompt, raw: str, refused: Refused) -> Asked | None:
    """The same request with the first answer in it; None where the model's family knows no conversation."""
    problem = f"That cannot be used: it {refused.reason}. Write it again without that."
    profile = assistant.profile
    if profile.again(prompt, raw, problem) is None:
        return None

    def longer(characters: int) -> Prompt:
        first = asked.prompt(characters)
        return profile.again(first, raw, problem) or first

    return Asked(longer, asked.account, asked.report, asked.new_tokens, asked.rank)


async def _generated(assistant: Assistant, asked: Asked, share: float) -> tuple[Prompt, str]:
    prompt = asked.prompt(assistant.budget(asked.new_tokens).characters(share))
    assistant.last_prompt = prompt.as_text()
    try:
        return prompt, await _stream(assistant, prompt, asked)
    except PromptTooLong as error:
        assistant.learn_density(len(prompt.as_text()), error.found_tokens)
    prompt = asked.prompt(assistant.budget(asked.new_tokens).characters(share))
    assistant.last_prompt = prompt.as_text()
    return prompt, await _stream(assistant, prompt, asked)


async def _stream(assistant: Assistant, prompt: Prompt, asked: Asked) -> str:
    text, spent = "", Account()
    stream = assistant.scheduler.generate(
        asked.rank,
        prompt.parts,
        max_tokens=asked.new_tokens,
        stop=prompt.stop,
        sequence="action",
        account=spent,
    )
    assistant.changed()
    try:
        async with aclosing(stream) as pieces:
            async for piece in pieces:
                text += piece.text
                asked.report(text)
                if loops(text):
                    spent.finish_reason = "repetition"
                    break
    finally:
        _add(asked.account, spent)
        assistant.changed()
    return without_loop(text)


def _add(total: Account, spent: Account) -> None:
    """Count one more generation; the first one says how long the wait was."""
    if not total.prompt_tokens:
        total.prompt_tokens, total.reused_tokens = spent.prompt_tokens, spent.reused_tokens
        total.ms_first_token, total.ms_queue = spent.ms_first_token, spent.ms_queue
    total.prefilled_tokens += spent.prefilled_tokens
    total.new_tokens += spent.new_tokens
    total.ms_engine += spent.ms_engine
    total.interruptions += spent.interruptions
    total.finish_reason = spent.finish_reason
