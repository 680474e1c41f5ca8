"""A commit message from what is staged. git is asked for the text of the change only; nothing is committed."""

from __future__ import annotations

import asyncio
import re
import subprocess
from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, generate
from phi_ls.features.actions.results import Answer
from phi_ls.inference.schedule import Account
from phi_ls.prompt import Prompt, TaskRequest
from phi_ls.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant

GIT_SECONDS = 10
FILE_SHARE = 0.5
"""The most of the room that one file's change may take while others are left out."""


async def commit_message(assistant: Assistant, place: Path, report: Report) -> Answer:
    """A message for what is staged in the repository that holds `place`.

    Raises `UsageError` when git is missing, there is no repository, or nothing is staged.
    """
    change = await asyncio.to_thread(staged, place)
    if not change.strip():
        raise UsageError("wanted staged changes, found none; stage some with `git add` and ask again")
    await assistant.supervisor.client()
    account = Account()

    def prompt(characters: int) -> Prompt:
        request = TaskRequest(
            path="", language="diff", fence="diff", code="", signature="", name="", task="commitMessage",
            material=f"```diff\n{reduced_diff(change, characters)}```",
        )  # fmt: skip
        return assistant.profile.task(request)

    message = message_in(await generate(assistant, Asked(prompt, account, report)))
    if not message:
        raise GenerationFailed("the model wrote no commit message")
    return Answer("Commit message", f"```text\n{message}\n```\n", account, plain=message)


def staged(place: Path) -> str:
    """What is staged in the repository that holds a file or folder, as a diff. Blocks; runs no program but git."""
    folder = place if place.is_dir() else place.parent
    git = ("git", "-c", "core.fsmonitor=false", "-C", str(folder))
    _asked((*git, "rev-parse", "--git-dir"), folder)  # outside of a repository `diff` is another program
    return _asked((*git, "diff", "--cached", "--no-color", "--no-ext-diff", "--no-textconv", "--unified=2"), folder)


def _asked(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=GIT_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise UsageError("wanted git to read what is staged, found no such program on the PATH") from error
    except subprocess.TimeoutExpired as error:
        raise UsageError(f"wanted the staged changes, found git busy for {GIT_SECONDS} seconds; try again") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise UsageError(f"wanted the staged changes of {folder}, found that git says: {said[0]}")
    return done.stdout.decode("utf-8", "replace")


def reduced_diff(change: str, characters: int) -> str:
    """A diff in at most about so many characters: every file's header, then the first changes of each that fit."""
    if len(change) <= characters:
        return change
    files = re.split(r"(?m)^(?=diff --git )", change)[1:]
    most = max(characters // max(len(files), 1), int(characters * FILE_SHARE) if len(files) < 3 else 0, 80)
    kept, room = [], characters
    for file in files:
        piece = ""
        for line in split_lines(file):
            if len(piece) + len(line) > min(most, room):
                piece += "...\n"
                break
            piece += line
        kept.append(piece)
        room -= len(piece)
        if room <= 0:
            break
    left = len(files) - len(kept)
    return "".join(kept) + (f"... and {left} more files\n" if left else "")


def message_in(raw: str) -> str:
    """The message of an answer: no fences, no quotes around it, its first line apart from the rest."""
    text = re.sub(r"(?m)^\s*```.*$", "", raw).strip().strip('"').strip()
    first, _, rest = text.partition("\n")
    rest = rest.strip("\n").rstrip()
    first = first.strip().rstrip(".")
    return f"{first}\n\n{rest}" if rest else first
