"""A module."""

import os
from collections import (
    abc,
    deque,
)

LIMIT = 3
__all__ = ["Shape"]


class Shape(Base, metaclass=Meta):
    """A shape.

    It has an area.
    """

    sides: int = 0

    def area(self) -> float:
        """Return the area."""

        def inner():
            return 1

        return inner()

    @property
    @cached
    def name(self):
        "One line."
        return "é😀"

    async def scale(
        self,
        factor: float = 1.0,
        *rest: int,
    ) -> "Shape":
        return self


def top(x):
    return x


if LIMIT:

    def conditional():
        r"""Raw \d."""
