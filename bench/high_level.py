"""llama-cpp-python's high-level `Llama`, one JSON request in, one answer out.

    python -m bench.high_level MODEL THREADS CONTEXT

It streams, so that a newer request is seen between two tokens; its own prefix reuse is on, as it always is.
"""

from __future__ import annotations

import json
import select
import sys
from typing import Any


def main() -> None:
    """Serve until stdin ends."""
    from llama_cpp import Llama

    model, threads, context = sys.argv[1:]
    llama = Llama(model, n_ctx=int(context), n_threads=int(threads), n_threads_batch=int(threads), verbose=False)
    _answer({"ready": True})
    while line := sys.stdin.readline():
        _answer(_completed(llama, json.loads(line)))


def _completed(llama: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - the library has no types
    stream = llama.create_completion(
        request["prompt"], max_tokens=request["max_tokens"], temperature=0.0, stop=["\n"], stream=True
    )
    text = ""
    for piece in stream:
        text += piece["choices"][0]["text"]
        if select.select([sys.stdin], [], [], 0)[0]:
            stream.close()
            break
    return {"id": request["id"], "content": text}


def _answer(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
