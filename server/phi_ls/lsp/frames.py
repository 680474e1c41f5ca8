"""Messages on a byte stream: `Content-Length` headers, a blank line, a body.

Reading never gets stuck on what it cannot understand: header names count in any case, other headers and stray bytes
are passed over up to the next line that ends in a length.
"""

from __future__ import annotations

import re
from typing import BinaryIO

_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r?\n?$", re.IGNORECASE)
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:[^{]*$")

LONGEST_HEADER = 64 * 1024
LARGEST_BODY = 256 * 1024 * 1024
"""A longer one is no message of an editor; its bytes are passed over."""


def read_frame(stream: BinaryIO) -> bytes | None:
    """The body of the next message, or None at the end of the stream. Blocks."""
    length: int | None = None
    while line := stream.readline(LONGEST_HEADER):
        if match := _LENGTH.search(line):
            length = int(match.group(1))
            if length > LARGEST_BODY:
                length = None
        elif line.strip():
            if length is not None and not _HEADER.match(line):
                length = None  # a body without the blank line before it; its message is lost, the next one is not
        elif length is not None:
            body = stream.read(length)
            return body if len(body) == length else None
    return None


def frame(body: bytes) -> bytes:
    """A message as it goes over the stream."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
