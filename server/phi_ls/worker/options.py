"""`Load.options`, read: what a server may set beyond the model and its length.

A name or a value that is not known is refused, for a misspelt option would change nothing and nobody would see it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias, cast

from phi_ls.errors import LoadFailed

Speculate: TypeAlias = Literal["auto", "on", "off"]

_MOST_SEQUENCES = 8
_MOST_MIB = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Options:
    """`sequences`: full contexts to take memory for, None for what suits the device; fewer where memory is short.

    `kept_mib`: memory for sequences that had to leave the KV cache, None for a share of what is free.
    `speculate`: verify guessed tokens where that was measured to pay (auto), wherever it can be done (on), or never.
    """

    sequences: int | None = None
    kept_mib: int | None = None
    speculate: Speculate = "auto"

    @classmethod
    def read(cls, options: dict[str, str]) -> Options:
        """The options of a load. Raises `LoadFailed`."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise LoadFailed(f"option {name}: wanted one of {', '.join(known)}")
        speculate = options.get("speculate", "auto")
        if speculate not in ("auto", "on", "off"):
            raise LoadFailed(f"option speculate: wanted auto, on or off, found {speculate!r}")
        return cls(
            sequences=_number(options, "sequences", 1, _MOST_SEQUENCES),
            kept_mib=_number(options, "kept_mib", 0, _MOST_MIB),
            speculate=cast("Speculate", speculate),
        )


def _number(options: dict[str, str], name: str, least: int, most: int) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not text.isdecimal() or not least <= int(text) <= most:
        raise LoadFailed(f"option {name}: wanted a whole number from {least} to {most}, found {text!r}")
    return int(text)
