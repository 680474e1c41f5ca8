"""`phi-ls act`: an action on a file, printed, shown as a diff or written."""

from __future__ import annotations

import asyncio
import difflib
import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import (
    account_json,
    assistant_for,
    line_of,
    position_json,
    rate_line,
    read_source,
    span_of,
    who_json,
)
from phi_ls.cli.main import print_json
from phi_ls.errors import UsageError
from phi_ls.features.actions import Answer, Created, Edited, Names, Preview, Result, action_of
from phi_ls.features.actions import run as run_action
from phi_ls.features.trust import applied
from phi_ls.text import Source, Span, split_lines

if TYPE_CHECKING:
    import argparse

    from phi_ls.text import Edit


def run(options: argparse.Namespace) -> int:
    """Do the action; without --write every file stays as it is. A result that was not trusted is an error."""
    action = action_of(options.action)
    if action is not None and action.kind in ("answer", "names") and (options.diff or options.write):
        raise UsageError(f"{options.action} changes nothing; leave out --diff and --write")
    source = read_source(options.file)
    span = span_of(source, options.lines) if options.lines else Span(line_of(source, 0).start, len(source.text))
    return asyncio.run(_run(options, source, span))


async def _run(options: argparse.Namespace, source: Source, span: Span) -> int:
    async with assistant_for(options) as assistant:
        problems = (options.problem,) if options.problem else ()
        result = await run_action(
            assistant,
            options.action,
            source,
            span,
            lambda _text: None,
            problems=problems,
            instruction=options.instruction or "",
        )
        if options.write:
            _write(Path(options.file), result, wanted=source.text)
        if options.json:
            print_json({**_json(result), **who_json(assistant), **account_json(result.account)})
        else:
            _print(options, result)
        if not options.json and result.account.new_tokens:
            print(rate_line(assistant, result.account), file=sys.stderr)
        if isinstance(result, Preview):
            print(f"phi-ls act: nothing was changed: the answer {result.reason}", file=sys.stderr)
            return 1
    return 0


def diff(name: str, before: str | None, after: str) -> str:
    """A unified diff that `patch` applies, also where the last line has no line end; no `before` is a new file."""
    # An absolute name would make `patch` refuse; it is a name only, the change is what counts.
    label = name.lstrip("/\\")
    old = f"a/{label}" if before is not None else "/dev/null"
    lines = difflib.unified_diff(split_lines(before or ""), split_lines(after), old, f"b/{label}")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _print(options: argparse.Namespace, result: Result) -> None:
    match result:
        case Answer(markdown=markdown, plain=plain):
            print(plain or markdown.removesuffix("\n"))
        case Preview(markdown=markdown):
            print(markdown, end="")
        case Names(names=names):
            print("\n".join(names))
        case Edited() if options.write:
            print(f"{options.file}: {result.title}")
        case Edited():
            sys.stdout.write(diff(options.file, result.source.text, applied(result.source, result.edits).text))
        case Created(path=path, text=text):
            shown = os.path.relpath(path)
            sys.stdout.write(f"{shown}: {result.title}\n" if options.write else diff(shown, None, text))


def _write(path: Path, result: Result, *, wanted: str) -> None:
    """Write what was trusted, whole or not at all. Raises `UsageError` when that cannot be done."""
    target = result.path if isinstance(result, Created) else path
    try:
        if isinstance(result, Created):
            _create(target, result.text)
        elif isinstance(result, Edited):
            # A link stays a link to the file that is changed.
            _replace(path.resolve(), applied(result.source, result.edits).text, wanted)
    except OSError as error:
        raise UsageError(
            f"wanted to write {str(target)!r}, found {error.strerror or error}; nothing was changed"
        ) from error


def _create(path: Path, text: str) -> None:
    """A new file with a text. Raises `OSError`, also when there is one already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.open("x", encoding="utf-8", newline="")
    try:
        with new:
            new.write(text)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _replace(path: Path, text: str, wanted: str) -> None:
    """The file with another text. Raises `UsageError` when it changed while the model wrote, and `OSError`."""
    if path.read_bytes().decode("utf-8", "replace") != wanted:
        raise UsageError(f"wanted {path} as it was read, found it changed; nothing was written, run it again")
    if not os.access(path, os.W_OK):  # to replace it would ask only whether its folder may be written
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.chmod(path.stat().st_mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _json(result: Result) -> dict[str, Any]:
    match result:
        case Answer(markdown=markdown, plain=plain):
            return {"answer": plain or markdown}
        case Preview(markdown=markdown, reason=reason):
            return {"answer": markdown, "edits": [], "reason": reason}
        case Names(names=names):
            return {"answer": "\n".join(names), "names": list(names)}
        case Created(path=path, text=text):
            return {"answer": text, "file": str(path), "text": text}
        case Edited():
            return {"answer": result.answer, "edits": [_edit_json(result.source, edit) for edit in result.edits]}


def _edit_json(source: Source, edit: Edit) -> dict[str, Any]:
    start, end = position_json(source, edit.span.start), position_json(source, edit.span.end)
    return {"range": {"start": start, "end": end}, "text": edit.text}
