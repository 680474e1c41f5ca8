"""The context of a completion: what stands before and after the cursor, and what the window does not show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from phi_ls.context.secrets import redact
from phi_ls.context.window import window_end, window_start
from phi_ls.syntax import enclosing, fence_of, imports, language
from phi_ls.text import Span, end_of_line, start_of_line

if TYPE_CHECKING:
    from phi_ls.context.budget import Budget
    from phi_ls.context.snippets import Snippet
    from phi_ls.syntax import Tree
    from phi_ls.text import Source

PREFIX_SHARE = 0.6
SUFFIX_SHARE = 0.2
STABLE_SHARE = 0.2
"""Parts of the budget. What imports and enclosing lines leave, the prefix does not take: its start would move."""
PATH_PARTS = 2
SIGNATURE_LINES = 20


@dataclass(frozen=True, kw_only=True)
class CompletionContext:
    r"""What a prompt can be made of. Texts have \n line ends and no secrets; together they fit the budget."""

    path: str
    language: str
    """The name of the language, for people and models."""
    fence: str
    imports: str
    """The import statements of the file, whole lines."""
    enclosing: str
    """The first lines of the definitions around the cursor, outermost first, whole lines."""
    above: str
    """Those imports and enclosing lines that the prefix does not hold, whole lines."""
    prefix: str
    """The end of the text before the cursor; it starts at a line."""
    suffix: str
    """The start of the text after the cursor; it ends behind a line."""
    snippets: tuple[Snippet, ...] = ()
    """Pieces of other code that resemble the cursor's place, best first; see `phi_ls.context.snippets`."""


def completion_context(
    source: Source, tree: Tree | None, offset: int, budget: Budget, *, start: int | None = None
) -> CompletionContext:
    """Collect the context of `offset`. `tree` is the tree of `source`, or None for text without a grammar.

    The prefix begins at `start`, which is for the caller to fit into the budget, or at a line that fits.
    """
    text = source.text
    if start is None:
        start = window_start(text, offset, budget.characters(PREFIX_SHARE))
    end = window_end(text, offset, budget.characters(SUFFIX_SHARE))
    room = budget.characters(STABLE_SHARE)
    scopes = _signatures(tree, offset) if tree else []
    scope_lines = _lines(text, scopes, room // 2, keep_last=True)
    imported = list(imports(tree)) if tree else []
    import_lines = _lines(text, imported, room - len(scope_lines))
    hidden = [span for span in imported if span.start < start]
    hidden_scopes = [span for span in scopes if span.start < start]
    row = language(source.language)
    return CompletionContext(
        path=display_path(source.uri),
        language=row.name if row else source.language,
        fence=fence_of(source.language),
        imports=import_lines,
        enclosing=scope_lines,
        above=_lines(text, hidden, room - len(scope_lines)) + _lines(text, hidden_scopes, room // 2, keep_last=True),
        prefix=_shown(text[start:offset]),
        suffix=_shown(text[offset:end]),
    )


def display_path(uri: str) -> str:
    """The last parts of a URI's path, as a person would name the file within its project."""
    path = unquote(urlsplit(uri).path) or uri
    parts = [part for part in PurePosixPath(path.replace("\\", "/")).parts if part != "/"]
    return re.sub(r"[\r\n]", " ", "/".join(parts[-PATH_PARTS:]))


def file_name(uri: str) -> str:
    """The name of a document's file; of a part of a notebook that of the whole."""
    parts = urlsplit(uri)
    path = unquote(parts.path) if len(parts.scheme) > 1 else uri
    return path.rsplit("/", 1)[-1]


def _signatures(tree: Tree, offset: int) -> list[Span]:
    """The first lines of each definition around `offset`, without the line that is being written."""
    text = tree.source.text
    here = start_of_line(text, offset)
    starts = [start_of_line(text, symbol.span.start) for symbol in enclosing(tree, offset)]
    return [Span(start, _end_of_signature(text, start, here)) for start in starts if start < here]


def _end_of_signature(text: str, start: int, limit: int) -> int:
    """The end of the line, before `limit`, in which the brackets of a signature are closed.

    It is read from the text, since the grammar moves the body about while its first lines are half-written.
    """
    end = end_of_line(text, start)
    for _ in range(SIGNATURE_LINES):
        head = text[start:end]
        if head.count("(") + head.count("[") <= head.count(")") + head.count("]"):
            return end
        following = end_of_line(text, min(end + 2, len(text)))
        if following >= limit:
            break
        end = following
    return end_of_line(text, start)


def _lines(text: str, spans: list[Span], room: int, *, keep_last: bool = False) -> str:
    """The texts of spans as whole lines, as many as fit: the first ones, or the last ones."""
    kept: list[str] = []
    used = 0
    for span in reversed(spans) if keep_last else spans:
        line = _shown(text[span.start : span.end]).rstrip("\n") + "\n"
        used += len(line)
        if used > room:
            break
        kept.append(line)
    return "".join(reversed(kept) if keep_last else kept)


def _shown(text: str) -> str:
    return redact(re.sub(r"\r\n?", "\n", text))
