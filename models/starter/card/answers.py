"""The first answers on held-out code, as they come: nothing is chosen.

Completions are those of the measured holes, in their order. Explanations are of the first documented function of one
file after the other, in a seeded order, after its docstring was taken out.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls.features.actions import explain_symbol
from phi_ls.features.assistant import Assistant
from phi_ls.inference.schedule import Rank
from phi_ls.settings import BackendName, Settings
from phi_ls.syntax import parse, symbols
from phi_ls.text import Source

if TYPE_CHECKING:
    from pathlib import Path

    from phi_ls.syntax import Symbol

HOW_MANY = 20
BEFORE = 120
FEWEST_LINES = 3


def completions(journal: Path, side: str) -> list[dict[str, str]]:
    """The first holes of a journal of `phi-ls eval`: what stood there, what the model wrote, what would be shown."""
    rows = [json.loads(line) for line in journal.read_text("utf-8").splitlines()[1:]]
    rows = [row for row in rows if row.get("side") == side and row["system"] in ("model", "as shown")]
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        before = row["before"][-BEFORE:]
        entry = found.setdefault(row["hole"], {"path": row["path"], "kind": row["kind"], "before": before})
        entry |= {"truth": row["truth"], row["system"]: row["text"]}
        if row["system"] == "as shown":
            entry["by"] = row["came_from"] if row["text"] else ""
    return list(found.values())[:HOW_MANY]


def drawn(code: Path) -> list[Path]:
    """The files below `code` in a seeded order."""
    files = sorted(code.rglob("*.py"))
    return random.Random(0).sample(files, len(files))  # noqa: S311 - it draws files, it guards nothing


async def explanations(code: Path, files: list[Path]) -> list[dict[str, str]]:
    """What the starter model says of the first functions, and the first paragraph of what their authors said."""
    assistant = Assistant(Settings(backend=BackendName.CPU, model="starter"))
    await assistant.start()
    found: list[dict[str, str]] = []
    try:
        for file in files:
            function = _first_documented(Source(file.resolve().as_uri(), "python", 0, file.read_text("utf-8")))
            if function is None:
                continue
            source, symbol, truth = function
            said = await explain_symbol(assistant, source, symbol, Rank.ACTION)
            path = file.relative_to(code).as_posix()
            found.append({"path": path, "name": symbol.name, "truth": truth, "model": said})
            if len(found) == HOW_MANY:
                break
    finally:
        await assistant.close()
    return found


def _first_documented(source: Source) -> tuple[Source, Symbol, str] | None:
    """The file without the docstring of its first documented function, that function, and the docstring's beginning."""
    for symbol in _functions(source):
        if symbol.doc is None or not symbol.docstring.strip():
            continue
        bare = replace(source, version=1, text=source.text[: symbol.doc.start] + source.text[symbol.doc.end :])
        again = next((one for one in _functions(bare) if one.name_span == symbol.name_span), None)
        lines = again.body and bare.text.count("\n", again.body.start, again.body.end) if again else 0
        if again is not None and lines and lines >= FEWEST_LINES:
            return bare, again, symbol.docstring.strip().split("\n\n")[0]
    return None


def _functions(source: Source) -> list[Symbol]:
    tree = parse(source)
    return [one for one in symbols(tree) if one.kind in ("function", "method")] if tree else []
