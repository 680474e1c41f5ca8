"""Holes in real files: which piece is taken out, and what had stood there.

A hole never begins in a string, a comment or documentation, and its file parses without an error. The same seed finds
the same holes in the same files.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args

from phi_ls.errors import UsageError
from phi_ls.syntax import Tree, blocks, errors_in, kind_at, language_of, parse, statements
from phi_ls.text import Source, Span, end_of_line, indentation_of, start_of_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from phi_ls.evaluation.eval.humaneval import Problem

Kind: TypeAlias = Literal["inside", "line", "statement", "block"]
KINDS: tuple[Kind, ...] = get_args(Kind)

SMALLEST_CHARACTERS = 400
LARGEST_CHARACTERS = 200_000
FEWEST_CHARACTERS_OF_TRUTH = 3
MOST_LINES = 10
PER_FILE = 4
"""Holes of one kind that one file may give."""
_IGNORED = re.compile(r"\.|__pycache__$|node_modules$|site-packages$|venv$|build$|dist$")


@dataclass(frozen=True)
class Hole:
    """`source` is the file without `truth`, which had stood at `offset`."""

    id: str
    kind: str
    """One of `KINDS`, or the family of a problem."""
    path: str
    """The file as people name it: relative to the folder that was given."""
    source: Source
    offset: int
    truth: str
    problem: Problem | None = None

    @property
    def original(self) -> Source:
        """The file as it was."""
        text = self.source.text
        whole = text[: self.offset] + self.truth + text[self.offset :]
        return Source(self.source.uri, self.source.language, self.source.version, whole)


def find_holes(root: Path, *, count: int, seed: int, kinds: Sequence[Kind] = KINDS) -> list[Hole]:
    """`count` holes, or as many as there are, equally many of each kind, spread over the files below `root`.

    Raises `UsageError` when there is not one.
    """
    wanted = -(-count // len(kinds))
    files = read_files(root)
    found = [_of_kind(files, kind, wanted, random.Random(f"{seed} {kind}")) for kind in kinds]  # noqa: S311
    mixed = [hole for group in zip_longest(*found) for hole in group if hole is not None][:count]
    if not mixed:
        raise UsageError(
            f"wanted source code with room for a hole ({', '.join(kinds)}), found none below {root}; what counts is "
            f"UTF-8, has from {SMALLEST_CHARACTERS} to {LARGEST_CHARACTERS} characters, and no syntax error"
        )
    return mixed


def read_files(root: Path) -> list[tuple[str, Source]]:
    """Every source file at or below `root` that a grammar can parse, by its relative path, in order.

    Hidden folders, environments and builds are left out, and files that are very short or very long.
    """
    if not root.exists():
        raise UsageError(f"wanted a file or a folder, found nothing at {root}")
    if not root.is_file() and not root.is_dir():
        raise UsageError(f"wanted a file or a folder, found neither at {root}")
    paths = [root] if root.is_file() else sorted(_walk(root))
    found = []
    for path in paths:
        language = language_of(path.name)
        if language == "plaintext":
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if SMALLEST_CHARACTERS <= len(text) <= LARGEST_CHARACTERS:
            name = path.name if path == root else path.relative_to(root).as_posix()
            found.append((name, Source(path.resolve().as_uri(), language, 0, text)))
    return found


def _walk(folder: Path) -> Iterable[Path]:
    try:
        paths = list(folder.iterdir())
    except OSError:  # as with a file that cannot be read
        return
    for path in paths:
        if _IGNORED.match(path.name) or path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _of_kind(files: list[tuple[str, Source]], kind: Kind, wanted: int, rng: random.Random) -> list[Hole]:
    """Holes of one kind: file after file in a random order, one from each, until there are enough."""
    order = rng.sample(files, len(files))
    candidates: dict[str, list[Span]] = {}
    found: list[Hole] = []
    for turn in range(PER_FILE):
        for name, source in order:
            if len(found) == wanted:
                return found
            if turn == 0:
                candidates[name] = _candidates(source, kind)
            if candidates[name]:
                span = candidates[name].pop(rng.randrange(len(candidates[name])))
                hole = _dug(name, source, kind, span, rng)
                found += [hole] if hole else []
    return found


def _candidates(source: Source, kind: Kind) -> list[Span]:
    tree = parse(source)
    if tree is None or errors_in(tree):
        return []
    text = source.text
    if kind == "block":
        spans = [span for span in blocks(tree) if _stands_alone(text, span)]
        return [span for span in spans if text.count("\n", span.start, span.end) < MOST_LINES and _all_code(tree, span)]
    if kind == "statement":
        spans = [span for span in statements(tree) if _stands_alone(text, span)]
        spans = [span for span in spans if 1 <= text.count("\n", span.start, span.end) < MOST_LINES]
        return [span for span in spans if _all_code(tree, span)]
    return [span for line in range(len(source.line_starts)) if (span := _code_line(source, tree, line))]


def _stands_alone(text: str, span: Span) -> bool:
    """Whether nothing else stands on the lines of a span."""
    before = text[start_of_line(text, span.start) : span.start]
    after = text[span.end : end_of_line(text, span.end)]
    return not before.strip() and not after.strip() and len(span) >= FEWEST_CHARACTERS_OF_TRUTH


def _all_code(tree: Tree, span: Span) -> bool:
    """Whether no line of a span is a comment or goes on with a string."""
    source = tree.source
    lines = range(source.line_at(span.start), source.line_at(span.end) + 1)
    return all(_code_line(source, tree, line, shortest=1) for line in lines if source.line_text(line).strip())


def _code_line(source: Source, tree: Tree, line: int, shortest: int = FEWEST_CHARACTERS_OF_TRUTH) -> Span | None:
    """What a line says, when it is code."""
    whole = source.line_span(line)
    content = source.text[whole.start : whole.end].rstrip()
    span = Span(whole.start + len(indentation_of(content)), whole.start + len(content))
    comment = tree.language.line_comment
    if len(span) < shortest or (comment and source.text.startswith(comment, span.start)):
        return None
    if kind_at(tree, span.start) != "code" or kind_at(tree, span.start + 1) == "string":
        return None
    return span


def _dug(name: str, source: Source, kind: Kind, span: Span, rng: random.Random) -> Hole | None:
    text, start = source.text, span.start
    if kind == "inside":
        tree = parse(source)
        columns = [
            at
            for at in range(span.start + 1, span.end - FEWEST_CHARACTERS_OF_TRUTH + 2)
            if tree is not None and kind_at(tree, at) == "code"
        ]
        if not columns:
            return None
        start = rng.choice(columns)
    holed = Source(source.uri, source.language, source.version, text[:start] + text[span.end :])
    return Hole(f"{name}:{start}:{kind}", kind, name, holed, start, text[start : span.end])


def kinds_from(text: str) -> tuple[Kind, ...]:
    """Kinds from a list with commas. Raises `UsageError` for a word that is none."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise UsageError(f"wanted kinds of holes ({', '.join(KINDS)}), found {text!r}")
    return cast("tuple[Kind, ...]", names)
