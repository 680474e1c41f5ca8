"""The command `phi-ls`. Exit codes: 0 done, 1 an error in one clear line on stderr, 2 wrong usage.

With `--json`, stdout holds one JSON document and nothing else.
"""

from phi_ls.cli.main import main

__all__ = ["main"]
