"""phi-ls: a language server that writes code with a model on the user's own machine.

ARCHITECTURE.md shows the floors of this package and what each may import.
"""

__version__ = "0.1.0"
