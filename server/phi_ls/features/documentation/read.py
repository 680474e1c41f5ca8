"""A documentation as data, read from the text of a model in whichever convention it fell."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field, replace

_HEADERS = {
    "args": "parameters",
    "arguments": "parameters",
    "parameters": "parameters",
    "params": "parameters",
    "returns": "returns",
    "return": "returns",
    "yields": "returns",
    "raises": "raises",
    "throws": "raises",
}
# Runs of stars and blanks, which a model may write without end, are read in one way only (`*+`).
_HEADER = re.compile(rf"^\s*+#*+\s*+\**+({'|'.join(_HEADERS)})\**+\s*+:?+\**+\s*$", re.IGNORECASE)
_ENTRY = re.compile(
    r"^\s*+(?:[-*+]\s+)?[`*]*+([\w.$<>][\w.$*<>]*+)[`*]*+\s*+"
    r"(?:\(([^()]*)\)|(?<=\s):\s*([\w\[\], .|]+?)\s*$)?\s*+(?::|-|\u2013|$)\s*+(.*)$"
)
_FIELD = re.compile(r"^\s*:(param|parameter|arg|type|returns?|rtype|raises?)\b\s*([^:]*):\s*(.*)$")
_TAG = re.compile(r"^\s*@(param|returns?|throws|exception)\b\s*(?:\{([^}]*)\})?\s*(.*)$")
_TYPED = re.compile(r"\s*([\w.]+(?:\[[^\]]*\])?(?: \| [\w.\[\]]+)*):\s+(\S.*)$")
_SLASHES = re.compile(r"\s*///?!?\s?")
_STAR = re.compile(r"\s*\*(?!\*)\s?")
_UNDERLINE = re.compile(r"^\s*-{3,}\s*$")


@dataclass(frozen=True)
class Parameter:
    """One parameter or one error: its name, the type that the text gives it or "", and what is said of it."""

    name: str
    type: str
    text: str


@dataclass(frozen=True)
class Documentation:
    """What a documentation says. `text` is its summary with the paragraphs that follow."""

    text: str
    parameters: tuple[Parameter, ...] = ()
    returns: Parameter | None = None
    raises: tuple[Parameter, ...] = ()


def documentation_text(raw: str) -> str:
    """The bare text of a documentation that a model wrote: no fences, quotes, comment marks or repeated signature."""
    text = re.sub(r"(?m)\A\s*```\w*\s*$", "", raw).strip("\n")
    text = re.sub(r"(?m)^\s*```\s*\Z", "", text) if text.count("```") % 2 else text
    quoted = re.search(r'"""(.*?)("""|\Z)', text, re.DOTALL) or re.search(r"/\*\*(.*?)(\*/|\Z)", text, re.DOTALL)
    if quoted:
        text = quoted.group(1)
    lines = _without_signs(text.strip().splitlines())
    return inspect.cleandoc("\n".join(lines)).strip().strip('"').strip()


def read(text: str) -> Documentation:
    """What a bare text says, whichever convention it is in. Sections that no convention knows stay in the text."""
    reader = _Reader()
    lines = text.splitlines()
    for number, line in enumerate(lines):
        underlined = number + 1 < len(lines) and _UNDERLINE.match(lines[number + 1]) is not None
        reader.take(line, underlined=underlined)
    return reader.result()


def _without_signs(lines: list[str]) -> list[str]:
    """The lines without the stars or slashes of a comment, up to where code begins behind one."""
    later = [line for line in lines[1:] if line.strip()]
    if lines and (_SLASHES.match(lines[0]) or (later and _SLASHES.match(later[0]))):
        end = next((number for number, line in enumerate(lines) if number and not _SLASHES.match(line)), len(lines))
        return [_SLASHES.sub("", line, count=1).rstrip() for line in lines[:end]]
    if later and all(_STAR.match(line) for line in later):
        return [_STAR.sub("", line, count=1).rstrip() for line in lines]
    return [line.rstrip() for line in lines]


def _without_last_heading(text: str) -> str:
    """The text without a heading that nothing follows: the model stopped before an example."""
    return re.sub(r"(?:\A|\n)#+ [^\n]*\Z", "", text).rstrip()


@dataclass
class _Reader:
    """Takes lines one by one; knows in which section it stands."""

    section: str = "text"
    body: list[str] = field(default_factory=list)
    found: dict[str, list[Parameter]] = field(default_factory=lambda: {"parameters": [], "returns": [], "raises": []})
    indent: int = 0
    """The indentation of the section's entries; what is deeper goes on with one."""

    def take(self, line: str, *, underlined: bool) -> None:
        if _UNDERLINE.match(line) and self.section != "text":
            return
        header = _HEADER.match(line)
        if header and (underlined or line.rstrip().endswith((":", "*")) or line.lstrip().startswith("#")):
            self.section = _HEADERS[header.group(1).lower()]
            return
        if self._took_field(line) or self._took_tag(line):
            return
        if self.section == "text" or line.lstrip().startswith("# "):
            self.section = "text"
            self.body.append(line)
        elif line.strip():
            self._continue(line)

    def result(self) -> Documentation:
        returns = self.found["returns"]
        return Documentation(
            text=_without_last_heading(re.sub(r"\n{3,}", "\n\n", "\n".join(self.body)).strip()),
            parameters=tuple(self.found["parameters"]),
            returns=returns[0] if returns else None,
            raises=tuple(self.found["raises"]),
        )

    def _took_field(self, line: str) -> bool:
        found = _FIELD.match(line)
        if found is None:
            return False
        what, names, text = found.groups()
        *type_words, name = names.split() or [""]
        if what in ("type", "rtype"):
            section = "parameters" if what == "type" else "returns"
            for number, item in enumerate(self.found[section]):
                if item.name == name or what == "rtype":
                    self.found[section][number] = replace(item, type=text)
            return True
        self.section = "raises" if what.startswith("raise") else "returns" if what.startswith("ret") else "parameters"
        self.found[self.section].append(Parameter(name, " ".join(type_words), text.strip()))
        return True

    def _took_tag(self, line: str) -> bool:
        found = _TAG.match(line)
        if found is None:
            return False
        what, said_type, text = found.groups()
        if what.startswith("return"):
            self.section, name = "returns", ""
        else:
            self.section = "parameters" if what == "param" else "raises"
            name, _, text = text.partition(" ")
            if self.section == "raises" and said_type:
                name, said_type, text = said_type, "", f"{name} {text}"
        text = re.sub(r"^[-\u2013:]\s*", "", text.strip())
        self.found[self.section].append(Parameter(name.strip("[]").partition("=")[0], said_type or "", text))
        return True

    def _continue(self, line: str) -> None:
        """A line of a section: a new entry, or more of the last one."""
        items = self.found[self.section]
        if self.section == "returns":
            if items:
                items[-1] = replace(items[-1], text=f"{items[-1].text} {line.strip()}".strip())
            else:
                typed = _TYPED.match(line)
                items.append(Parameter("", *typed.groups()) if typed else Parameter("", "", line.strip()))
            return
        entry = _ENTRY.match(line)
        deeper = bool(items) and len(line) - len(line.lstrip()) > self.indent
        if entry and not deeper:
            self.indent = len(line) - len(line.lstrip())
            name, in_brackets, behind, text = entry.groups()
            items.append(Parameter(name.strip("*"), (in_brackets or behind or "").strip(), text.strip()))
        elif items:
            items[-1] = replace(items[-1], text=f"{items[-1].text} {line.strip()}".strip())
        else:
            self.body.append(line)
