"""Text out of token bytes: a token may end in the middle of a character.

Bytes that are no UTF-8 become U+FFFD; the beginning of a character is held back until its last byte is there, so no
half character is ever sent.
"""

from __future__ import annotations

import codecs


class TextDecoder:
    """Decodes the bytes of one generation. A character that is never completed is left out."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, piece: bytes) -> str:
        """The text that `piece` completes; may be empty."""
        return self._decoder.decode(piece)


def well_formed(text: str) -> str:
    """`text` with each lone surrogate replaced by U+FFFD, so that it has a UTF-8 form. All else is kept, NUL too."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
