"""`phi-ls serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.journal import Journal
from phi_ls.lsp import serve

if TYPE_CHECKING:
    import argparse


def run(_options: argparse.Namespace) -> int:
    """Serve one editor on stdin and stdout until it says goodbye. Raises `UsageError` for a journal that cannot be."""
    # Before the editor is greeted: what it asks for then must be answered.
    Journal.from_environment().close()
    return serve()
