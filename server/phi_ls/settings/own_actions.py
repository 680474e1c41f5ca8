"""Actions that a user defines in the settings, and how a bad one is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

VARIABLES: Mapping[str, str] = {
    "selection": "the selected lines, or the definition at the cursor",
    "file": "the file's name",
    "language": "the file's language",
    "symbol": "the name of the definition",
    "signature": "its first lines, up to its body",
    "problems": "the messages that the editor shows there",
}
"""What a prompt may hold as `${name}`, and what stands there then."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


class OwnResult(Enum):
    """What comes out of an action."""

    ANSWER = "answer"
    EDIT = "edit"
    INSERT = "insert"
    FILE = "file"


@dataclass(frozen=True)
class OwnAction:
    """One action: what the palette shows, what the model is asked, what its answer becomes."""

    title: str
    prompt: str
    result: OwnResult = OwnResult.ANSWER
    file: str = ""
    """The name of the new file, beside the one that is open; for `file` only."""

    @classmethod
    def checked(cls, value: object) -> OwnAction:
        """Read one action from JSON. Raises ValueError with what was wanted."""
        if not isinstance(value, Mapping) or not all(isinstance(value.get(key), str) for key in ("title", "prompt")):
            raise ValueError('a list of objects with the texts "title" and "prompt"')
        unknown = sorted(set(value) - {"title", "prompt", "result", "file"})
        if unknown:
            raise ValueError(f'only "title", "prompt", "result" and "file" in an action, not {unknown[0]!r}')
        if not value["title"].strip() or not value["prompt"].strip():
            raise ValueError("a title and a prompt that are not empty")
        strange = [name for name in _VARIABLE.findall(value["prompt"]) if name not in VARIABLES]
        if strange:
            raise ValueError(f"one of the variables {', '.join(VARIABLES)} in a prompt, not ${{{strange[0]}}}")
        results = [one.value for one in OwnResult]
        result = value.get("result", "answer")
        if result not in results:
            raise ValueError(f"one of {', '.join(results)} as the result of an action")
        file = value.get("file", "")
        if not isinstance(file, str) or re.search(r"[/\\]|^\.\.?$", file) or (result == "file") != bool(file):
            raise ValueError('the bare name of a new file as "file" where the result is "file", and only there')
        return cls(value["title"].strip(), value["prompt"], OwnResult(result), file)

    def filled(self, values: Mapping[str, str]) -> str:
        """The prompt with its variables replaced; what stands in a value is left as it is."""
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.prompt)


def schema() -> dict[str, Any]:
    """The JSON schema of the list."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["title", "prompt"],
            "additionalProperties": False,
            "properties": {
                "title": {"type": "string"},
                "prompt": {"type": "string"},
                "result": {"type": "string", "enum": [one.value for one in OwnResult], "default": "answer"},
                "file": {"type": "string"},
            },
        },
    }


def checked_list(value: object) -> tuple[OwnAction, ...]:
    """Read the whole setting. Raises ValueError with what was wanted."""
    if not isinstance(value, list | tuple):
        raise ValueError('a list of objects with the texts "title" and "prompt"')
    found = tuple(OwnAction.checked(item) for item in value)
    if len({one.title for one in found}) != len(found):
        raise ValueError("a title of its own for each action")
    return found
