"""`phi-ls act`: an action on a file, printed, shown as a diff or written."""

from __future__ import annotations

import asyncio
import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.cli.common import (
    account_json,
    assistant_for,
    position_json,
    rate_line,
    read_source,
    span_of,
    who_json,
)
from phi_ls.cli.main import print_json
from phi_ls.errors import UsageError
from phi_ls.features.actions import ACTIONS, Answer, Edited
from phi_ls.features.actions import run as run_action
from phi_ls.text import Source, Span, split_lines

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Do the action; without --write the file stays as it is."""
    known = {action.id: action for action in ACTIONS}
    if options.action not in known:
        raise UsageError(f"wanted an action ({', '.join(known)}), found {options.action!r}")
    if known[options.action].kind == "answer" and (options.diff or options.write):
        raise UsageError(f"{options.action} changes nothing; leave out --diff and --write")
    source = read_source(options.file)
    return asyncio.run(_run(options, source, span_of(source, options.lines)))


async def _run(options: argparse.Namespace, source: Source, span: Span) -> int:
    async with assistant_for(options) as assistant:
        result = await run_action(assistant, options.action, source, span, lambda _text: None)
        if options.json:
            print_json({**_json(result), **who_json(assistant), **account_json(result.account)})
        elif isinstance(result, Answer):
            print(result.markdown, end="")
        elif options.write:
            print(f"{options.file}: {result.title}")
        else:
            sys.stdout.write(diff(options.file, source.text, _applied(result)))
        if isinstance(result, Edited) and options.write:
            _write(Path(options.file), _applied(result), wanted=source.text)
        if not options.json:
            print(rate_line(assistant, result.account), file=sys.stderr)
    return 0


def diff(name: str, before: str, after: str) -> str:
    """A unified diff that `patch` applies, also where the last line has no line end."""
    # An absolute name would make `patch` refuse; it is a name only, the change is what counts.
    label = name.lstrip("/\\")
    lines = difflib.unified_diff(split_lines(before), split_lines(after), f"a/{label}", f"b/{label}")
    return "".join(line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _applied(result: Edited) -> str:
    text = result.source.text
    for edit in sorted(result.edits, key=lambda edit: edit.span, reverse=True):
        text = edit.apply(text)
    return text


def _write(path: Path, text: str, *, wanted: str) -> None:
    """Replace the file at once. Raises `UsageError` when it changed while the model wrote."""
    if path.read_bytes().decode("utf-8", "replace") != wanted:
        raise UsageError(f"wanted {path} as it was read, found it changed; nothing was written, run it again")
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_bytes(text.encode("utf-8"))
    temporary.chmod(path.stat().st_mode)
    temporary.replace(path)


def _json(result: Answer | Edited) -> dict[str, Any]:
    if isinstance(result, Answer):
        return {"answer": result.markdown}
    return {
        "answer": result.answer,
        "edits": [
            {
                "range": {
                    "start": position_json(result.source, edit.span.start),
                    "end": position_json(result.source, edit.span.end),
                },
                "text": edit.text,
            }
            for edit in result.edits
        ],
    }
