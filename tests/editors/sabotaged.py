"""A `phi-ls` that answers wrongly as PHI_LS_SABOTAGE says, for the tests of the tests.

It shows that they notice: "hover" changes a hover's first word, "column" puts every item one column to
the left, "null" answers null where nothing is offered. Only what is sent is changed; the product knows nothing of it.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from phi_ls.cli import main
from phi_ls.lsp.writer import Writer


def sabotaged(message: Any, kinds: set[str]) -> Any:
    result = message.get("result") if isinstance(message, dict) else None
    if not isinstance(result, dict):
        return message
    if "hover" in kinds and "contents" in result:
        result["contents"]["value"] = result["contents"]["value"].replace("area", "elsewhere")
    if "null" in kinds and result.get("items") == []:
        message["result"] = None
    if "column" in kinds:
        for item in result.get("items", ()):
            area = item.get("range") or item["textEdit"]["range"]
            for place in ("start", "end"):
                area[place]["character"] -= 1
    return message


def sabotage(kinds: set[str]) -> None:
    honest = Writer.write

    def write(self: Writer, data: bytes, **more: Any) -> None:
        _head, _blank, body = data.partition(b"\r\n\r\n")
        changed = json.dumps(sabotaged(json.loads(body), kinds)).encode()
        honest(self, b"Content-Length: %d\r\n\r\n%b" % (len(changed), changed), **more)

    Writer.write = write  # type: ignore[method-assign]


if __name__ == "__main__":
    sabotage(set(os.environ.get("PHI_LS_SABOTAGE", "").split(",")))
    sys.exit(main())
