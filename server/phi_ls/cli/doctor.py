"""`phi-ls doctor`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.cli.common import settings_for
from phi_ls.cli.main import print_json
from phi_ls.features.assistant import Assistant
from phi_ls.features.doctor import as_text, examine

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print the report; 1 when nothing can run here."""
    facts = examine(Assistant(settings_for(options)))
    if options.json:
        print_json(facts)
    else:
        print(as_text(facts), end="")
    return 0 if facts["chosen"] else 1
