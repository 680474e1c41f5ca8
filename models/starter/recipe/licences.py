"""Which packages may be learned from, by what their own metadata says about their licence.

The rule errs on the side of leaving out: a word of a licence that asks for more than attribution excludes a package,
unless it stands in `READ`, where a person has read what the metadata lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email.message import Message

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|PSF|Python Software Foundation|ISC|0BSD|Zlib|HPND|Historical Permission Notice"
    r"|ASL 2|MIT-CMU)\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b([AL]?GPL\w*|GNU|MPL|Mozilla|CC0|CC-BY\w*|Creative Commons|EPL|EUPL|CDDL|SSPL|BUSL|proprietary|commercial"
    r"|public domain|unlicen[sc]e)\b",
    re.IGNORECASE,
)
READ = {
    # The expression lists what is bundled with the wheel; CC0 covers one table of numbers, not the Python files.
    "numpy": "BSD-3-Clause",
}


def licence_of(name: str, metadata: Message) -> str | None:
    """The licence under which `name` may be learned from, as its metadata words it; None when it may not."""
    if name in READ:
        return READ[name]
    stated = _stated(metadata)
    text = " | ".join(stated)
    return text if ALLOWED.search(text) and not DENIED.search(text) else None


def _stated(metadata: Message) -> list[str]:
    """What the metadata says: the expression alone where there is one, else the first lines and the classifiers."""
    expression = (metadata.get("License-Expression") or "").strip()
    if expression:
        return [expression]
    field = next((line.strip() for line in (metadata.get("License") or "").splitlines() if line.strip()), "")
    classifiers = metadata.get_all("Classifier") or []
    named = [line.split("::")[-1].strip() for line in classifiers if line.startswith("License ::")]
    return [part for part in (field[:120], *named) if part and part != "OSI Approved"]
