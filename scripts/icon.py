"""Draw the extension's icon: the letter phi, whose stem is a text cursor.

    python scripts/icon.py      writes extension/media/icon.png

Plain Python: every shape is a distance, and a pixel is as full of a colour as its centre is far inside of the shape.
"""

from __future__ import annotations

import struct
import zlib
from math import hypot, sqrt
from pathlib import Path
from typing import TypeAlias

TARGET = Path(__file__).resolve().parent.parent / "extension" / "media" / "icon.png"
SIZE = 256
"""Pixels; shapes are given on a square of one unit."""

Colour: TypeAlias = tuple[float, float, float]

TOP: Colour = (0.173, 0.208, 0.263)
BOTTOM: Colour = (0.106, 0.129, 0.169)
LETTER: Colour = (0.933, 0.918, 0.878)
CURSOR: Colour = (0.420, 0.780, 0.706)


def main() -> None:
    """Draw the icon."""
    centres = [(place + 0.5) / SIZE for place in range(SIZE)]
    TARGET.write_bytes(png([[pixel(x, y) for x in centres] for y in centres]))


def pixel(x: float, y: float) -> tuple[int, int, int, int]:
    """The colour and the opacity of one point."""
    colour = mixed(TOP, BOTTOM, y)
    ring = abs(ellipse(x - 0.5, y - 0.5, 0.235, 0.185)) - 0.039
    colour = mixed(colour, LETTER, covered(ring))
    stem = box(x - 0.5, y - 0.5, 0.030, 0.330, 0.012)
    serifs = min(box(x - 0.5, y - edge, 0.092, 0.024, 0.016) for edge in (0.170, 0.830))
    colour = mixed(colour, mixed(TOP, BOTTOM, y), covered(stem - 0.022))
    colour = mixed(colour, CURSOR, covered(min(stem, serifs)))
    opacity = covered(box(x - 0.5, y - 0.5, 0.5, 0.5, 0.19))
    red, green, blue = (round(255 * part) for part in colour)
    return red, green, blue, round(255 * opacity)


def box(x: float, y: float, half_width: float, half_height: float, radius: float) -> float:
    """The distance to a rectangle with round corners, negative inside."""
    across, along = abs(x) - half_width + radius, abs(y) - half_height + radius
    return hypot(max(across, 0), max(along, 0)) + min(max(across, along), 0) - radius


def ellipse(x: float, y: float, half_width: float, half_height: float) -> float:
    """About the distance to an ellipse: its equation over the length of its gradient."""
    across, along = x / half_width, y / half_height
    slope = sqrt((across / half_width) ** 2 + (along / half_height) ** 2)
    away = sqrt(across**2 + along**2)
    return away * (away - 1) / slope if slope else -half_height


def covered(distance: float) -> float:
    """How much of a pixel at this distance from an edge is inside."""
    return min(max(0.5 - distance * SIZE, 0), 1)


def mixed(under: Colour, over: Colour, share: float) -> Colour:
    """`share` of one colour over another."""
    red, green, blue = (a + (b - a) * share for a, b in zip(under, over, strict=True))
    return red, green, blue


def png(rows: list[list[tuple[int, int, int, int]]]) -> bytes:
    """A PNG file of rows of red, green, blue and opacity."""
    data = b"".join(b"\0" + bytes(part for point in row for part in point) for row in rows)
    header = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(chunk, chunks))


def chunk(named: tuple[bytes, bytes]) -> bytes:
    """One part of a PNG file: its length, its name, its data, its check sum."""
    name, data = named
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


if __name__ == "__main__":
    main()
