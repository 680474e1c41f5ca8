"""Whether this environment's engine can be imported, and what it is. Run by an installation before it is trusted."""

from __future__ import annotations

import importlib
import json
import os


def print_engine(engine: str) -> int:
    """Print `{"devices": [...]}`; raises what the import raises, so that the process ends with it."""
    sink = os.dup(1)
    os.dup2(2, 1)
    os.environ.update({"ORT_DISABLE_TELEMETRY": "1", "GGML_NO_BACKTRACE": "1"})
    importlib.import_module(f"phi_ls.worker.engines.{engine}")
    devices = []
    if engine == "llama_cpp":
        from phi_ls.worker.devices import graphics_devices

        devices = graphics_devices()
    with os.fdopen(sink, "w") as stream:
        stream.write(json.dumps({"devices": devices}))
    return 0
