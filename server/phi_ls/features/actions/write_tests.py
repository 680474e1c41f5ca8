"""Tests for a definition, as a file that is not there yet."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, Refused, attempted, code_in, preview
from phi_ls.features.actions.place import Place, shown, symbol_for, task_request
from phi_ls.features.actions.plan import plan_for
from phi_ls.features.actions.results import Created, Preview
from phi_ls.features.trust import compiles
from phi_ls.inference.schedule import Account
from phi_ls.text import Source

if TYPE_CHECKING:
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt

NEW_TOKENS = 640


async def write_tests(assistant: Assistant, place: Place, report: Report) -> Created | Preview:
    """Tests for the symbol at a place, in the project's framework and where it keeps tests.

    A file that is there is never touched: the tests are a preview then, as they are when they do not compile.
    """
    source = place.source
    symbol = symbol_for(assistant, source, place.span)
    if symbol is None:
        raise UsageError("wanted a function or a class to test, found none here; stand on its name or in its body")
    path = path_of(source.uri)
    if path is None:
        raise UsageError("wanted a file to write tests for, found one that was never saved; save it first")
    named = re.search(r"(?m)^package\s+(\w+)", source.text)
    plan = await asyncio.to_thread(plan_for, path, source.language, named.group(1) if named else "")
    if plan is None:
        raise UsageError(f"wanted a language whose tests phi-ls knows, found {source.language}")
    language = plan.language

    def prompt(characters: int) -> Prompt:
        code = shown(assistant, source, symbol.span, characters).text
        material = f"Use {plan.framework}. {plan.hint}"
        return assistant.profile.task(task_request(place, "tests", code, symbol, material=material))

    def judge(raw: str) -> str | Refused:
        text = code_in(raw)
        if not text:
            raise GenerationFailed(f"the model wrote no tests for {symbol.name}")
        reason = compiles(Source(plan.path.as_uri(), language, 0, text))
        if not reason and symbol.name not in text:
            reason = f"does not test {symbol.name}"
        return Refused(text, reason) if reason else text

    title = f"Tests for {symbol.name}"
    account = Account()
    verdict = await attempted(assistant, Asked(prompt, account, report, NEW_TOKENS), judge)
    if isinstance(verdict, str) and await asyncio.to_thread(plan.path.exists):
        verdict = Refused(verdict, f"would replace {plan.path.name}, which is there already")
    if isinstance(verdict, Refused):
        return Preview(title, preview(title, verdict, language), verdict.reason, account)
    return Created(title, plan.path, verdict, account)


def path_of(uri: str) -> Path | None:
    """The file of a URI or of a plain path; None for documents that are no files."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(url2pathname(unquote(parts.path)) if "%" in parts.path else url2pathname(parts.path))
    return None if len(parts.scheme) > 1 else Path(uri).absolute()
