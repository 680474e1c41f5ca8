"""`phi-ls doctor`."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from phi_ls.cli.common import settings_for
from phi_ls.cli.main import print_json
from phi_ls.features.assistant import Assistant
from phi_ls.features.doctor import as_text, examine
from phi_ls.features.measure import measure

if TYPE_CHECKING:
    import argparse


def run(options: argparse.Namespace) -> int:
    """Print the report; 1 when nothing can run here."""
    assistant = Assistant(settings_for(options))
    if options.measure:
        asyncio.run(measure(assistant, lambda line: print(line, file=sys.stderr)))
    facts = examine(assistant)
    if options.json:
        print_json(facts)
    else:
        print(as_text(facts), end="")
    return 0 if facts["chosen"] else 1
