"""A documentation as lines of text in one convention, without the signs that make it a comment."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from phi_ls.features.documentation.style import DocStyle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from phi_ls.features.documentation.read import Documentation, Parameter

_DETERMINERS = ("a", "an", "the", "this", "these", "all", "one", "whether", "how")


def render(documentation: Documentation, style: DocStyle, *, name: str, is_type: bool, width: int) -> list[str]:
    """The lines, at most `width` characters where words allow; `name` opens the text where the style wants that."""
    text = _godoc(documentation.text, name, is_type=is_type) if style is DocStyle.GODOC else documentation.text
    blocks = [wrapped(text, width)] if text else []
    match style:
        case DocStyle.GOOGLE | DocStyle.PEP257:
            blocks += _google(documentation, width)
        case DocStyle.NUMPY:
            blocks += _numpy(documentation, width)
        case DocStyle.REST:
            blocks += _joined(_rest(documentation), width, hanging=4)
        case DocStyle.JSDOC | DocStyle.TSDOC | DocStyle.JAVADOC:
            blocks += _joined(_tags(documentation, style), width, hanging=2)
        case DocStyle.RUSTDOC:
            blocks += _rustdoc(documentation, width)
        case DocStyle.GODOC:
            blocks += _go_lists(documentation, width)
    lines: list[str] = []
    for block in blocks:
        lines += ["", *block] if lines else block
    return lines


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; paragraphs apart by one empty line; code in fences and indented lines as they are."""
    lines: list[str] = []
    in_fence = False
    for line in text.strip().splitlines():
        in_fence ^= line.lstrip().startswith("```")
        if in_fence or line.startswith(("    ", "\t", "```")) or not line.strip():
            lines.append(line.rstrip())
            continue
        bullet = re.match(r"\s*(?:[-*+]|\d+[.)])\s+", line)
        lines += textwrap.wrap(line.rstrip(), width, subsequent_indent=" " * len(bullet.group()) if bullet else "")
    return lines


def _google(documentation: Documentation, width: int) -> list[list[str]]:
    def entries(items: Sequence[Parameter]) -> list[str]:
        told = [f"{item.name}{f' ({item.type})' if item.type else ''}: {item.text}".rstrip() for item in items]
        return [line for entry in told for line in _hanging(entry, width, first=4, rest=8)]

    blocks = []
    if documentation.parameters:
        blocks.append(["Args:", *entries(documentation.parameters)])
    if documentation.returns:
        blocks.append(["Returns:", *_hanging(_typed(documentation.returns), width, first=4, rest=4)])
    if documentation.raises:
        blocks.append(["Raises:", *entries(documentation.raises)])
    return blocks


def _numpy(documentation: Documentation, width: int) -> list[list[str]]:
    def section(title: str, heads: Sequence[str], items: Sequence[Parameter]) -> list[str]:
        lines = [title, "-" * len(title)]
        for head, item in zip(heads, items, strict=True):
            lines += [head, *_hanging(item.text, width, first=4, rest=4)] if head else textwrap.wrap(item.text, width)
        return lines

    blocks = []
    if items := documentation.parameters:
        blocks.append(section("Parameters", [f"{i.name} : {i.type}" if i.type else i.name for i in items], items))
    if (item := documentation.returns) is not None:
        blocks.append(section("Returns", [item.type], [item]))
    if items := documentation.raises:
        blocks.append(section("Raises", [i.name for i in items], items))
    return blocks


def _rest(documentation: Documentation) -> list[str]:
    lines = []
    for item in documentation.parameters:
        lines.append(f":param {f'{item.type} ' if item.type else ''}{item.name}: {item.text}")
    if documentation.returns:
        lines.append(f":returns: {documentation.returns.text}")
        if documentation.returns.type:
            lines.append(f":rtype: {documentation.returns.type}")
    return lines + [f":raises {item.name}: {item.text}" for item in documentation.raises]


def _tags(documentation: Documentation, style: DocStyle) -> list[str]:
    returns = "@return" if style is DocStyle.JAVADOC else "@returns"
    dash = " -" if style is DocStyle.TSDOC else ""
    typed = style is DocStyle.JSDOC

    def braces(item: Parameter) -> str:
        return f"{{{item.type}}} " if typed and item.type else ""

    lines = [f"@param {braces(item)}{item.name}{dash} {item.text}" for item in documentation.parameters]
    if documentation.returns:
        lines.append(f"{returns} {braces(documentation.returns)}{documentation.returns.text}")
    for item in documentation.raises:
        lines.append(f"@throws {f'{{{item.name}}}' if style is not DocStyle.JAVADOC else item.name} {item.text}")
    return lines


def _rustdoc(documentation: Documentation, width: int) -> list[list[str]]:
    blocks = []
    if documentation.parameters:
        told = [f"* `{item.name}` - {item.text}" for item in documentation.parameters]
        blocks += [["# Arguments"], [line for entry in told for line in _hanging(entry, width, first=0, rest=2)]]
    if documentation.returns:
        blocks += [["# Returns"], textwrap.wrap(documentation.returns.text, width)]
    if documentation.raises:
        told = [f"{item.name}: {item.text}" for item in documentation.raises]
        blocks += [["# Errors"], [line for entry in told for line in textwrap.wrap(entry, width)]]
    return blocks


def _go_lists(documentation: Documentation, width: int) -> list[list[str]]:
    """Go has no sections; its lists are indented by two blanks."""
    told = [f"  - {item.name}: {item.text}" for item in documentation.parameters]
    blocks = [[line for entry in told for line in _hanging(entry, width, first=0, rest=4)]] if told else []
    if documentation.returns:
        said = documentation.returns.text
        said = said if said.lower().startswith(("it returns", "returns")) else f"It returns {_lowered(said)}"
        blocks.append(textwrap.wrap(said if said.endswith((".", "!", "?")) else said + ".", width))
    return blocks


def _godoc(text: str, name: str, *, is_type: bool) -> str:
    """A text that begins with the name of what it documents, as Go's tools expect."""
    first, _, rest = text.partition(" ")
    if not text or first.strip("`*.,:") == name:
        return text
    if first.lower() in _DETERMINERS:
        return f"{name} {'is' if is_type else 'gives'} {_lowered(text)}"
    verb = first.lower()
    if not verb.isalpha():
        return f"{name}: {text}"
    return f"{name} {verb if verb.endswith('s') and not verb.endswith('ss') else _third_person(verb)} {rest}".rstrip()


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s")


def _lowered(text: str) -> str:
    """The text with a small first letter, unless its first word is written in capitals."""
    first = text.split(" ", 1)[0]
    return text if len(first) > 1 and first[1:].lower() != first[1:] else text[:1].lower() + text[1:]


def _typed(item: Parameter) -> str:
    return f"{item.type}: {item.text}" if item.type else item.text


def _joined(lines: Sequence[str], width: int, *, hanging: int) -> list[list[str]]:
    found = [part for line in lines for part in _hanging(line.rstrip(), width, first=0, rest=hanging)]
    return [found] if found else []


def _hanging(text: str, width: int, *, first: int, rest: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=" " * first, subsequent_indent=" " * rest) or [" " * first]
