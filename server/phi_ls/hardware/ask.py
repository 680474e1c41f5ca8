"""Runs a native question in a child: a driver that hangs or crashes costs its time limit and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS = 5.0
"""Longer than a sleeping graphics processor takes to wake."""


class NoAnswer(Exception):
    """The question has no answer; the text says why."""


def ask(question: str, *, seconds: float = SECONDS) -> Any:  # noqa: ANN401 - the JSON of one script
    """The answer of `phi_ls.hardware.native.<question>`. Raises `NoAnswer`."""
    script = Path(__file__).parent / "native" / f"{question}.py"
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-S", str(script)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
            env=dict(os.environ),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"no answer within {seconds:.0f} s") from error
    except OSError as error:
        raise NoAnswer(f"the question could not be asked ({error})") from error
    if ended.returncode != 0:
        words = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise NoAnswer(f"asking ended with code {ended.returncode}{': ' + words[-1] if words else ''}")
    try:
        return json.loads(ended.stdout)
    except ValueError as error:
        raise NoAnswer("the answer was no JSON") from error
