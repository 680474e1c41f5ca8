"""From a model's raw text to what may be inserted: an ordered list of pure filters, one per file.

What comes out never repeats what stands behind the cursor, adds no syntax error to the file, is indented and ended
as the file is, and is "" when nothing good is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from phi_ls.features.postprocess.answer import keep_code
from phi_ls.features.postprocess.closers import drop_surplus_closers
from phi_ls.features.postprocess.echo import drop_echoed_prefix, may_become_echo
from phi_ls.features.postprocess.fit import fit, is_fitting
from phi_ls.features.postprocess.indentation import indent_as_file
from phi_ls.features.postprocess.join import join_to_cursor
from phi_ls.features.postprocess.line_ends import end_lines_as_file, plain_line_ends
from phi_ls.features.postprocess.next_line import stop_at_next_line
from phi_ls.features.postprocess.redacted import discard_redacted
from phi_ls.features.postprocess.repetition import discard_loops, is_loop
from phi_ls.features.postprocess.rest import past_closers
from phi_ls.features.postprocess.shape import Shape
from phi_ls.features.postprocess.unfinished import drop_unfinished_end

if TYPE_CHECKING:
    from collections.abc import Callable

    Filter: TypeAlias = Callable[[str, Shape], str]

__all__ = ["Shape", "clean", "clean_line", "is_complete", "preview"]

_WHILE_STREAMING: tuple[Filter, ...] = (
    plain_line_ends,
    keep_code,
    drop_echoed_prefix,
    join_to_cursor,
    discard_redacted,
    indent_as_file,
)
FILTERS: tuple[Filter, ...] = (
    *_WHILE_STREAMING,
    drop_unfinished_end,
    stop_at_next_line,
    drop_surplus_closers,
    fit,
    discard_loops,
    end_lines_as_file,
)


def clean(raw: str, shape: Shape) -> str:
    """What may be inserted of `raw`, the model's text; "" for nothing."""
    return _through(FILTERS, raw, shape)


def clean_line(raw: str, shape: Shape) -> tuple[str, int]:
    """What may be inserted of `raw`, in place of so many characters behind the cursor: closers that it goes past."""
    return past_closers(raw, shape, clean(raw, shape), clean)


def preview(raw_so_far: str, shape: Shape) -> str:
    """What a text that still grows would insert so far, before it is fitted into the file; "" when nothing is known."""
    return _through(_WHILE_STREAMING, raw_so_far, shape)


def is_complete(raw_so_far: str, shape: Shape) -> bool:
    """Whether a text that still grows holds all that will be kept of it; to be asked when a line has ended.

    True as well when nothing good can come any more.
    """
    text = _through(_WHILE_STREAMING, raw_so_far, shape)
    if not text.strip():
        return _is_hopeless(raw_so_far, shape)
    if is_loop(text) or stop_at_next_line(text, shape) != text:
        return True
    return is_fitting(text, shape) and not may_become_echo(text, shape)


def _is_hopeless(raw: str, shape: Shape) -> bool:
    """Whether a text of which nothing was kept has said something all the same, so that more of it is no use."""
    code = drop_echoed_prefix(keep_code(plain_line_ends(raw, shape), shape), shape)
    new_line = bool(shape.line_prefix.strip()) and not shape.multiline and "\n" in code
    return new_line or bool(code.strip())


def _through(filters: tuple[Filter, ...], text: str, shape: Shape) -> str:
    for function in filters:
        if not text.strip():
            return ""
        text = function(text, shape)
    return text
