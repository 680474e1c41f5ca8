"""`python -m phi_ls` is the command `phi-ls`."""

import sys

from phi_ls.cli import main

if __name__ == "__main__":
    sys.exit(main())
