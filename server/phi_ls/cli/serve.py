"""`phi-ls serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.lsp import serve

if TYPE_CHECKING:
    import argparse


def run(_options: argparse.Namespace) -> int:
    """Serve one editor on stdin and stdout until it says goodbye."""
    return serve()
