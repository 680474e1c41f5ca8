"""What the commands share: sources from files, settings from options, an assistant for one job."""

from __future__ import annotations

import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.errors import PositionError, UsageError
from phi_ls.features.assistant import Assistant
from phi_ls.paths import config_file
from phi_ls.settings import Settings, resolve
from phi_ls.syntax import language_of
from phi_ls.text import Source, Span

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncGenerator

    from phi_ls.inference.schedule import Account

_MARK = "\ufeff"


def read_source(name: str) -> Source:
    """The file as a source. Raises `UsageError` when it cannot be read as text."""
    path = Path(name)
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"wanted a file to read, found {name!r}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"wanted UTF-8 text, found other bytes in {name!r} at byte {error.start}") from error
    return Source(path.resolve().as_uri(), language_of(name), 0, text)


def offset_of(source: Source, position: tuple[int, int]) -> int:
    """The offset of a line and column from 1. Raises `PositionError` outside of the file."""
    line, column = position
    lines = len(source.line_starts)
    if line > lines:
        raise PositionError(line, column, lines=lines, columns=None)
    span = line_of(source, line - 1)
    if column > len(span) + 1:
        raise PositionError(line, column, lines=lines, columns=len(span) + 1)
    return span.start + column - 1


def span_of(source: Source, lines: tuple[int, int]) -> Span:
    """The span of whole lines from 1, without the last line end. Raises `PositionError` outside of the file."""
    first, last = lines
    count = len(source.line_starts)
    if last > count:
        raise PositionError(last, 1, lines=count, columns=None)
    return Span(line_of(source, first - 1).start, line_of(source, last - 1).end)


def line_of(source: Source, line: int) -> Span:
    """The span of a line from 0. A byte order mark before the first one belongs to the file, as in editors."""
    span = source.line_span(line)
    return Span(span.start + 1, span.end) if line == 0 and source.text.startswith(_MARK) else span


def settings_for(options: argparse.Namespace, more: dict[str, Any] | None = None) -> Settings:
    """The user's settings file, then what the command line says, then `more`.

    What does not fit in the file is told on stderr; in the others it is a `UsageError`, as is a file that is no JSON.
    """
    file = config_file()
    content = _content(file)
    _settings, of_file = resolve([content])
    for problem in of_file:
        print(f"{file}: {problem}", file=sys.stderr)
    asked = {name: value for name in ("backend", "model") if (value := getattr(options, name, None))}
    settings, problems = resolve([content, asked, more or {}])
    if of_others := problems[len(of_file) :]:
        # What would be used in place of it does not matter: nothing is done.
        raise UsageError("; ".join(problem.rpartition("; ")[0] for problem in of_others))
    return settings


def _content(file: Path) -> dict[str, Any]:
    """The user's settings, {} without a file. Raises `UsageError` for one that cannot be read."""
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError(f"wanted JSON in {file}, found {error}; correct or remove the file") from error
    if not isinstance(content, dict):
        raise UsageError(f'wanted settings in {file}, as in {{"phi": {{"backend": "cpu"}}}}, found no object')
    return content


@asynccontextmanager
async def assistant_for(options: argparse.Namespace) -> AsyncGenerator[Assistant, None]:
    """A started assistant, closed afterwards. Raises `UsageError` when a setting switches it off."""
    settings = settings_for(options)
    if not settings.enable:
        raise UsageError(f"wanted phi-ls to be on, found the setting phi.enable switched off in {config_file()}")
    assistant = Assistant(settings)
    await assistant.start()
    try:
        yield assistant
    finally:
        await assistant.close()


def rate_line(assistant: Assistant, account: Account) -> str:
    """Engine, counts, speed and time in one line for people, below why the backend that was asked for does not run."""
    status = assistant.status
    wanted = assistant.settings.backend.value
    passed = [one.reason for one in assistant.supervisor.candidates if one.backend == wanted and one.state != "ready"]
    instead = f"{wanted} does not run: {passed[0]}\n" if passed and wanted != status.backend else ""
    decode = account.ms_engine - account.ms_first_token
    rate = (account.new_tokens - 1) / decode * 1000 if decode > 0 and account.new_tokens > 1 else 0.0
    return (
        f"{instead}{status.engine} on {status.backend}, {status.model}: {account.prompt_tokens} prompt tokens "
        f"({account.reused_tokens} reused), {account.new_tokens} new at {rate:.0f} tokens/s, "
        f"first after {account.ms_first_token:.0f} ms, {account.ms_engine:.0f} ms in all"
    )


def account_json(account: Account) -> dict[str, Any]:
    """The counts of a generation under their stable names."""
    return {
        "finish_reason": account.finish_reason,
        "tokens": {
            "prompt": account.prompt_tokens,
            "reused": account.reused_tokens,
            "prefilled": account.prefilled_tokens,
            "new": account.new_tokens,
        },
    }


def who_json(assistant: Assistant) -> dict[str, Any]:
    """What ran, under its stable names."""
    status = assistant.status
    return {"backend": status.backend, "engine": status.engine, "model": status.model}


def position_json(source: Source, offset: int) -> dict[str, int]:
    """A position as people count: from 1, columns in characters."""
    line, column = source.position(offset)
    column -= line_of(source, line).start - source.line_span(line).start
    return {"line": line + 1, "column": column + 1}
