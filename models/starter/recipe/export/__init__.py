"""From a checkpoint to what the two engines load, and the facts that the catalogue's row needs."""

from .write import best_checkpoint, export

__all__ = ["best_checkpoint", "export"]
