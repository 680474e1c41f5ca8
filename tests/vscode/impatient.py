"""A `phi-ls` for which a minute of typing without a suggestion is over in three seconds; no part of the product."""

from __future__ import annotations

import sys
from functools import partial

from phi_ls.cli import main
from phi_ls.features import assistant
from phi_ls.features.unasked import Silence

SECONDS = 3.0

if __name__ == "__main__":
    assistant.Silence = partial(Silence, seconds=SECONDS)  # type: ignore[assignment, attr-defined]
    sys.exit(main())
