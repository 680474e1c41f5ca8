"""A `phi-ls` that answers wrongly as the file PHI_LS_SABOTAGE says at that moment, for the tests of the tests.

"hover" changes a hover's first word, "column" puts every item one column to the left, "null" answers null where nothing
is offered; an empty file changes nothing. Only what is sent is changed; the product knows nothing of it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from phi_ls.cli import main
from phi_ls.lsp.writer import Writer


def sabotaged(message: Any, kind: str) -> Any:
    result = message.get("result") if isinstance(message, dict) else None
    if not isinstance(result, dict):
        return message
    if kind == "hover" and "contents" in result:
        result["contents"]["value"] = result["contents"]["value"].replace("area", "elsewhere")
    if kind == "null" and result.get("items") == []:
        message["result"] = None
    if kind == "column":
        for item in result.get("items", ()):
            area = item.get("range") or item["textEdit"]["range"]
            for place in ("start", "end"):
                area[place]["character"] -= 1
    return message


def sabotage(switch: Path) -> None:
    honest = Writer.write

    def write(self: Writer, data: bytes, **more: Any) -> None:
        _head, _blank, body = data.partition(b"\r\n\r\n")
        changed = json.dumps(sabotaged(json.loads(body), switch.read_text())).encode()
        honest(self, b"Content-Length: %d\r\n\r\n%b" % (len(changed), changed), **more)

    Writer.write = write  # type: ignore[method-assign]


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        sabotage(Path(os.environ["PHI_LS_SABOTAGE"]))
    sys.exit(main())
