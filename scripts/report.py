"""What the model on this machine writes for functions of this repository: explanations and documentation.

    python scripts/report.py [--functions N] [--backend NAME] [--model ID]

Writes artefacts/actions.md. Every result that would be applied is parsed, and its tree is compared with the one
before; the exit status is 1 when one of them does not parse or changes more than documentation. What cannot be trusted
is in the report too, with its reason.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

from phi_ls.errors import PhiLsError
from phi_ls.features.actions import Answer, Edited, Preview, run
from phi_ls.features.assistant import Assistant
from phi_ls.features.trust import applied, documents_only
from phi_ls.settings import resolve
from phi_ls.syntax import Symbol, errors_in, language_of, parse, symbols
from phi_ls.text import Source, Span

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "artefacts" / "actions.md"
LINES = range(4, 30)
"""How long a function may be that is taken."""


@dataclass(frozen=True)
class Case:
    """One function, without the documentation that it has in the repository."""

    source: Source
    symbol: Symbol


@dataclass(frozen=True)
class Outcome:
    """What came of one function. `said` is for the report, `right` is False when a rule was broken."""

    said: str
    applied: bool
    right: bool


def main(arguments: list[str] | None = None) -> int:
    """Generate, check, write the report; return the exit status."""
    parser = argparse.ArgumentParser(description="Explain and document functions of this repository.")
    parser.add_argument("--functions", type=int, default=20, metavar="N")
    parser.add_argument("--backend", default="auto", metavar="NAME")
    parser.add_argument("--model", default="auto", metavar="ID")
    options = parser.parse_args(arguments)
    return asyncio.run(_report(options))


async def _report(options: argparse.Namespace) -> int:
    settings, problems = resolve([{"backend": options.backend, "model": options.model}])
    if problems:
        sys.stderr.write("; ".join(problems) + "\n")
        return 1
    assistant = Assistant(settings)
    await assistant.start()
    try:
        await assistant.supervisor.client()
        status = assistant.status
        lines = [f"# Explanations and documentation by {status.model} on {status.backend}\n"]
        began, outcomes = time.perf_counter(), []
        for number, case in enumerate(cases(options.functions), 1):
            outcome = await _outcome(assistant, case)
            outcomes.append(outcome)
            lines.append(f"\n## {number}. {case.symbol.name}, {case.source.uri.rsplit('/', 1)[-1]}\n\n{outcome.said}")
        seconds = time.perf_counter() - began
    finally:
        await assistant.close()
    summary = (
        f"{len(outcomes)} functions: {sum(one.right for one in outcomes)} results parse and change nothing but "
        f"documentation, {sum(one.applied for one in outcomes)} would be applied, the others are previews; "
        f"{seconds:.0f} s\n"
    )
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("".join([lines[0], "\n", summary, *lines[1:]]), encoding="utf-8")
    sys.stdout.write(f"{summary}{TARGET.relative_to(ROOT)}\n")
    return 0 if all(one.right for one in outcomes) else 1


def cases(count: int) -> list[Case]:
    """Functions of this repository, spread evenly, each in its file without its own docstring."""
    found = []
    for path in sorted((ROOT / "server").rglob("*.py")):
        source = Source(path.as_uri(), language_of(path.name), 0, path.read_text("utf-8"))
        tree = parse(source)
        for symbol in symbols(tree) if tree else ():
            lines = source.text.count("\n", symbol.span.start, symbol.span.end) + 1
            if symbol.kind in ("function", "method") and symbol.doc and lines in LINES:
                found.append((source, symbol))
    step = max(len(found) // count, 1)
    return [_without_docstring(source, symbol) for source, symbol in found[::step][:count]]


def _without_docstring(source: Source, symbol: Symbol) -> Case:
    doc = symbol.doc or Span(0, 0)
    line = source.line_at(doc.start)
    rest = source.text[doc.end :].lstrip(" ").removeprefix("\n")
    bare = replace(source, text=source.text[: source.line_starts[line]] + rest)
    tree = parse(bare)
    found = [one for one in symbols(tree) if one.name_span == symbol.name_span] if tree else []
    return Case(bare, found[0])


async def _outcome(assistant: Assistant, case: Case) -> Outcome:
    span = Span(case.symbol.name_span.start, case.symbol.name_span.start)
    said = f"```python\n{case.source.text[case.symbol.span.start : case.symbol.span.end]}\n```\n"
    told = []
    edited: Edited | None = None
    for action in ("explain", "document"):
        try:
            result = await run(assistant, action, case.source, span, lambda _text: None)
        except PhiLsError as error:
            told.append(f"**{action}**: {error}\n")
            continue
        match result:
            case Answer(markdown=markdown):
                told.append(f"**{action}**: {markdown.split('```', 2)[-1].partition('---')[0].strip()}\n")
            case Edited():
                edited = result
                told.append(f"**{action}**:\n```python\n{result.edits[0].text.strip()}\n```\n")
            case Preview(markdown=markdown, reason=reason):
                told.append(f"**{action}**: a preview, since it {reason}:\n> {markdown.split('```')[1].strip()}\n")
    return Outcome(said + "\n".join(["", *told]), edited is not None, edited is None or _right(case, edited))


def _right(case: Case, edited: Edited) -> bool:
    after = parse(applied(edited.source, edited.edits))
    before = parse(case.source)
    if after is None or before is None or errors_in(after) > errors_in(before):
        return False
    compile(after.source.text, case.source.uri, "exec", dont_inherit=True)
    return all(documents_only(case.source, case.symbol, edit) == "" for edit in edited.edits)


if __name__ == "__main__":
    sys.exit(main())
