"""`phi-ls worker`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.worker import main

if TYPE_CHECKING:
    import argparse


def run(_options: argparse.Namespace) -> int:
    """Serve one server on stdin and stdout until it closes them."""
    return main.run()
