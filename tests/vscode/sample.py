"""Circles."""

import math


def area(radius):
    """Return the area of a circle."""
    return math.pi * radius**2


def perimeter(radius):
    


print(area(2), perimeter(2))
