"""Whether an edit may be applied: what an answer of a model must not do to a file. Pure.

Each check returns "" for an edit that can be trusted, or its reason as the end of a sentence that begins with "it".
A language without a grammar cannot be checked, so nothing is trusted there.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls.syntax import (
    doc_place,
    errors_in,
    is_documentation,
    parse,
    same_but_for,
    same_but_for_annotations,
    same_code,
    symbols,
)
from phi_ls.text import Edit, Span, split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.features.documentation import Documentation
    from phi_ls.syntax import Symbol, Tree
    from phi_ls.text import Source

UNREADABLE = "cannot be checked: no grammar of this language is installed"

LONG_LINE = 10
"""A line of code with more characters than that is not written by chance."""

_TALK = re.compile(
    r"(?i)\A\W*(?:sure\b|certainly\b|of course\b|here(?:'s| is| are)\b|i(?:'\w+|\s+\w+)"
    r"|sorry\b|as an ai\b|below is\b|the following (?:is|documentation|docstring)\b|let me\b|this is (?:a|the) doc)"
)
_PLACEHOLDER = re.compile(
    r"(?i)\A\W*+(?:(?:todo|tbd|fixme|xxx)\b.*|description|summary|docstring|documentation|your \w+ here|insert\b.*|"
    r"add (?:a )?(?:description|documentation).*|lorem ipsum.*|_summary_|n/?a)?\W*\Z"
)
_CIRCLE = re.compile(
    r"(?i)\b((?:the|a|an)(?: \w+){1,3}) (?:of|from|to|for|in|with|by|as|into|and|is) \1\b"
    r"|\b(\w{3,}) (?:of|from|to|for|in|with|by|as|into|and|is) (?:(?:the|a|an|its|given|new|same) )+\2\W*\Z"
    r"|\b(\w+)(?: \3\b){2}"
)
"""What a small model writes when it has nothing to say."""
_EMPTY_WORDS = "a an the this that is of for to and function method class type it does"


def applied(source: Source, edits: Sequence[Edit]) -> Source:
    """The source with the edits, which do not overlap, in it."""
    text = source.text
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = edit.apply(text)
    return replace(source, text=text, version=-1)


def documents_only(source: Source, symbol: Symbol, edit: Edit) -> str:
    """Whether nothing but the documentation of `symbol` changes, and it is one afterwards."""
    trees = _before_and_after(source, [edit])
    if isinstance(trees, str):
        return trees
    before, after = trees
    old, new = symbols(before), symbols(after)
    place = next((number for number, one in enumerate(old) if one.name_span == symbol.name_span), None)
    if place is None or [_named(one) for one in old] != [_named(one) for one in new]:
        return "would change the structure of the file"
    written = new[place].doc
    if written is None or not is_documentation(after, new[place]):
        return f"would not be the documentation of {symbol.name}"
    gone = old[place].doc if is_documentation(before, old[place]) else None
    if not same_but_for(before, after, [gone] if gone else [], [written]):
        return "would change more than the documentation"
    return ""


def speaks_of(documentation: Documentation, symbol: Symbol, tree: Tree) -> str:
    """Whether the text is a documentation of this symbol, as far as that can be seen."""
    text = documentation.text
    code = tree.source.text[doc_place(tree, symbol) : symbol.span.end]
    if not text:
        return "has no sentence that says what the code does"
    if _TALK.match(text):
        return "talks to its reader instead of describing the code"
    if _PLACEHOLDER.match(text):
        return "is a placeholder"
    if any(not character.isprintable() and character not in "\n\t" for character in text):
        return "holds characters that cannot be printed"
    lines = {line.strip() for line in code.splitlines()}
    repeated = [line.strip() for line in text.splitlines() if line.strip() in lines]
    if any(len(line) > LONG_LINE for line in repeated) or len(repeated) == len(text.splitlines()):
        return "repeats the code"
    if len(text.split()) < 2 or not _words(text) - _words(symbol.name) - _words(symbol.kind) - _words(_EMPTY_WORDS):
        return "says no more than the name"
    if _CIRCLE.search(text):
        return "explains a word with the same word"
    known = set(re.findall(r"\w+", code if symbol.kind not in ("function", "method") else symbol.signature or code))
    for parameter in documentation.parameters:
        name = (re.findall(r"\w+", parameter.name) or [""])[0]
        if name not in known:
            return f"documents a parameter `{parameter.name}` that {symbol.name} does not have"
    other = text.split(maxsplit=1)[0].strip("`*.,:()")
    others = {one.name for one in symbols(tree) if one.kind in ("function", "method") and one.name != symbol.name}
    if other in others and other not in code:
        return f"speaks of {other}, not of {symbol.name}"
    return ""


def annotates_only(source: Source, edits: Sequence[Edit]) -> str:
    """Whether nothing but types is said that was not said before."""
    trees = _before_and_after(source, edits)
    if isinstance(trees, str):
        return trees
    before, after = trees
    if not same_but_for_annotations(before, after):
        return "would change more than type annotations"
    return ""


def keeps_names(source: Source, edits: Sequence[Edit]) -> str:
    """Whether the file still parses and still defines every public name that it defined."""
    trees = _before_and_after(source, edits)
    if isinstance(trees, str):
        return trees
    before, after = trees
    left = {_named(one) for one in symbols(after)}
    lost = [one.name for one in symbols(before) if not one.name.startswith(("_", "#")) and _named(one) not in left]
    if lost:
        return f"would take away {', '.join(dict.fromkeys(lost))}"
    if not edits or same_code(before, after):
        return "would change nothing in the code"
    return ""


def _before_and_after(source: Source, edits: Sequence[Edit]) -> tuple[Tree, Tree] | str:
    """The trees without and with the edits, or why these cannot be trusted."""
    before, after = parse(source), parse(applied(source, edits))
    if before is None or after is None:
        return UNREADABLE
    if errors_in(after) > errors_in(before):
        return "would add a syntax error"
    return before, after


def compiles(source: Source) -> str:
    """Whether a new file can be read without a syntax error, and defines something."""
    tree = parse(source)
    if tree is None:
        return UNREADABLE
    if errors_in(tree):
        return "has a syntax error"
    if source.language == "python":
        try:
            compile(source.text, "answer", "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            return f"does not compile: {error.args[0]}"
    return ""


def minimal(source: Source, edit: Edit) -> tuple[Edit, ...]:
    """The same change as edits of the lines that differ, without those that change no code.

    All are kept when none changes code: then a comment is what was asked for.
    """
    edits = line_edits(source, edit)
    before = parse(source)
    if before is None:
        return edits
    wanted = parse(applied(source, edits))
    for candidate in edits:
        fewer = tuple(one for one in edits if one is not candidate)
        without = parse(applied(source, fewer)) if fewer else None
        if wanted and without and errors_in(without) <= errors_in(wanted) and same_code(wanted, without):
            edits = fewer
    return edits


def line_edits(source: Source, edit: Edit) -> tuple[Edit, ...]:
    """The same change as edits of the lines that differ; blank lines behind a line that changes stay."""
    old = split_lines(source.text[edit.span.start : edit.span.end])
    new = split_lines(edit.text)
    starts = [edit.span.start]
    for line in old:
        starts.append(starts[-1] + len(line))
    matcher = difflib.SequenceMatcher(a=old, b=new, autojunk=False)
    edits: list[Edit] = []
    for what, low, high, first, last in matcher.get_opcodes():
        if what == "equal":
            continue
        if what == "replace":
            while high > low + 1 and not old[high - 1].strip():
                high -= 1
            while last > first + 1 and not new[last - 1].strip():
                last -= 1
        edits.append(Edit(Span(starts[low], starts[high]), "".join(new[first:last])))
    return tuple(edits)


def _named(symbol: Symbol) -> tuple[str, str, tuple[str, ...]]:
    return symbol.kind, symbol.name, symbol.container


def _words(text: str) -> set[str]:
    """The words of a text or of a name, small, without the ending of plurals and verbs."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", text)
    return {word.lower().removesuffix("s") for word in re.findall(r"[^\W\d_]+", spread)}
