"""Server time without the model: what a key costs in files of 1,000, 10,000 and 50,000 lines.

The engine plays back one word at no cost, so what is left is documents, syntax, context, prompt, clean-up and
transport. Each key changes the document and asks for a completion, as editors do.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from phi_ls.evaluation.rpc import Connection

LINES = (1_000, 10_000, 50_000)
KEYS = 60
LOAD_SECONDS = 60.0
_TYPED = "result = first_value * second_value + third_value - other_values[0]"
_FUNCTION = "def step_{0}(value, other):\n    total = value * {0} + other\n    return total - other\n\n"


async def per_key() -> dict[str, dict[str, float]]:
    """By number of lines: p50 and p90 in ms from the key to its answer."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "script.json"
        script.write_text(json.dumps({"default": "zzz\n", "context_tokens": 1_000_000}), encoding="utf-8")
        settings = {"backend": "scripted", "inlineCompletion": {"debounceMs": 0}}
        async with Connection(settings, {"PHI_LS_SCRIPT": str(script)}) as server:
            await server.loaded(LOAD_SECONDS)
            return {str(lines): await _typing(server, lines) for lines in LINES}


async def _typing(server: Connection, lines: int) -> dict[str, float]:
    text = "".join(_FUNCTION.format(number) for number in range(lines // 4))
    uri = f"untitled:scale-{lines}.py"
    line = lines // 2 // 4 * 4 + 3  # an empty one between two functions
    await server.open(uri, "python", text)
    waits = []
    for column, character in enumerate(_TYPED[:KEYS]):
        began = time.perf_counter()
        await _type(server, uri, line, column, character)
        waits.append((time.perf_counter() - began) * 1000)
    await server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    # The first key pays for the first parse of the file.
    waits = sorted(waits[1:])
    return {"p50": round(statistics.median(waits), 2), "p90": round(waits[int(len(waits) * 0.9)], 2)}


async def _type(server: Connection, uri: str, line: int, column: int, character: str) -> None:
    place = {"line": line, "character": column}
    change: dict[str, Any] = {"range": {"start": place, "end": place}, "text": character}
    document = {"uri": uri, "version": column + 2}
    await server.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    behind = {"line": line, "character": column + 1}
    params = {"textDocument": {"uri": uri}, "position": behind, "context": {"triggerKind": 2}}
    await server.request("textDocument/inlineCompletion", params)
