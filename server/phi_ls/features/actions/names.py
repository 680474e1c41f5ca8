"""Better names for a symbol. The editor's own rename carries one out, so that every use follows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from phi_ls.errors import GenerationFailed, UsageError
from phi_ls.features.actions.generate import Asked, generate
from phi_ls.features.actions.place import Place, shown, symbol_for, task_request
from phi_ls.features.actions.results import Names
from phi_ls.inference.schedule import Account

if TYPE_CHECKING:
    from phi_ls.features.actions.table import Report
    from phi_ls.features.assistant import Assistant
    from phi_ls.prompt import Prompt

MOST = 5
_KEYWORDS = re.compile(
    r"(?:and|as|break|case|catch|class|const|continue|def|default|del|do|elif|else|enum|except|export|extends|false"
    r"|final|finally|fn|for|from|func|function|if|impl|import|in|interface|is|lambda|let|loop|match|mod|mut|new|nil"
    r"|none|not|null|or|package|pass|private|pub|public|raise|return|self|static|struct|super|switch|this|throw"
    r"|trait|true|try|type|use|var|void|where|while|with|yield)"
)


async def rename(assistant: Assistant, place: Place, report: Report) -> Names:
    """Names for the symbol at a place, in its own style, none of which the file uses yet.

    Raises `UsageError` without a symbol, `GenerationFailed` when no name of the model's can be used.
    """
    source = place.source
    symbol = symbol_for(assistant, source, place.span)
    if symbol is None:
        raise UsageError("wanted a definition to name, found none here; stand on its name")
    account = Account()

    def prompt(characters: int) -> Prompt:
        code = shown(assistant, source, symbol.span, characters).text
        return assistant.profile.task(task_request(place, "rename", code, symbol))

    raw = await generate(assistant, Asked(prompt, account, report, new_tokens=64))
    names = usable(raw, symbol.name, source.text)
    if not names:
        raise GenerationFailed(f"the model knew no better name for {symbol.name}")
    return Names(f"Names for {symbol.name}", source, symbol.name_span.start, symbol.name, names, account)


def usable(raw: str, name: str, text: str) -> tuple[str, ...]:
    """The names in an answer, one from each line, written as `name` is; none that is taken in `text` or a keyword."""
    taken = set(re.findall(r"\w+", text))
    found: list[str] = []
    for line in raw.splitlines():
        match = re.match(r"\s*(?:[-*+]|\d+[.)])?\s*`?([A-Za-z_$][\w$]*)`?", line)
        if match is None or len(line.split()) > 12:
            continue
        candidate = in_style_of(match.group(1), name)
        if candidate not in taken and candidate not in found and not _KEYWORDS.fullmatch(candidate.lower()):
            found.append(candidate)
    return tuple(found[:MOST])


def in_style_of(name: str, model: str) -> str:
    """`name` in the style of `model`: snake_case, camelCase, PascalCase or UPPER_CASE, leading underscores too."""
    lead = model[: len(model) - len(model.lstrip("_"))]
    words: list[str] = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    bare = model.lstrip("_")
    if not words:
        return name
    if bare.isupper() and len(bare) > 1:
        return lead + "_".join(words).upper()
    if bare[:1].isupper():
        return lead + "".join(word.capitalize() for word in words)
    if "_" in bare or bare.islower():
        joined = "_".join(words)
        return lead + joined
    return lead + words[0] + "".join(word.capitalize() for word in words[1:])
