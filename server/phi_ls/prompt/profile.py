"""What a profile is, and what it is asked for."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from phi_ls.errors import UsageError
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext


@dataclass(frozen=True)
class Prompt:
    """A prompt for the worker, and what the caller must know to read the answer.

    `prefilled` stands at the end of the prompt as the beginning of the answer: the end of the text before the
    cursor, perhaps without its last blanks, or the opening of a documentation. The model's text goes on from there,
    up to one of `stop`. Completions of one `kind` in one file begin alike, those of another kind do not.
    """

    parts: tuple[Part, ...]
    stop: tuple[str, ...]
    prefilled: str
    kind: str = ""

    def as_text(self) -> str:
        """The prompt as one text with its control tokens spelled out, for people."""
        return "".join(part.token if isinstance(part, Control) else part.text for part in self.parts)


@dataclass(frozen=True, kw_only=True)
class ExplainRequest:
    """Code to explain.

    `language` is an LSP id, `name` what the code defines; secrets are taken out by the profile.
    """

    path: str
    language: str
    fence: str
    code: str
    signature: str
    name: str
    calls: tuple[str, ...] = ()
    """The signatures of what the code uses from the same file."""


@dataclass(frozen=True, kw_only=True)
class DocumentRequest(ExplainRequest):
    """Code to document.

    `style` is the language's `doc_style`, `sign` what its comments begin with, `convention` what people call the way in
    which the file is documented, "" where there is only one.
    """

    style: str
    sign: str = ""
    convention: str = ""


@dataclass(frozen=True, kw_only=True)
class TaskRequest(ExplainRequest):
    """Code to do something with. `task` is a key of `wording.TASKS`.

    `problems` are messages about the code, `instruction` is what the user asks for, `material` is what else the task
    is about.
    """

    task: str
    problems: tuple[str, ...] = ()
    instruction: str = ""
    material: str = ""


class Profile(ABC):
    """How one family of models is asked. Pure: the same request gives the same prompt."""

    name: str
    prefix_characters: int | None = None
    """How much text before the cursor a completion's prompt shows at most; None for what the budget holds."""

    @abstractmethod
    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """Ask for what follows the cursor: the rest of a line, or with `multiline` of a block."""

    @abstractmethod
    def explain(self, request: ExplainRequest) -> Prompt:
        """Ask for a short explanation in Markdown."""

    @abstractmethod
    def document(self, request: DocumentRequest) -> Prompt:
        """Ask for a documentation; the answer is its inner text, perhaps with the quotes or stars of its language."""

    @property
    def tasks(self) -> frozenset[str]:
        """What `task` can be asked for: nothing, unless the family was taught to follow instructions."""
        return frozenset()

    def task(self, request: TaskRequest) -> Prompt:
        """Ask for one of `tasks`: code in a fence or Markdown, as `wording.TASKS` says."""
        raise UsageError(f"wanted a model that follows instructions for {request.task}, found a {self.name} one")

    def again(self, prompt: Prompt, answer: str, problem: str) -> Prompt | None:
        """Ask once more, telling what was wrong with `answer`; None where the family knows no conversation."""
        return None

    @cached_property
    def version(self) -> str:
        """Names the wording of the explanations: it changes when the same request would be asked in other words."""
        sample = ExplainRequest(path="a", language="python", fence="python", code="b", signature="c", name="d")
        wording = repr(self.explain(sample))
        return hashlib.sha256(wording.encode()).hexdigest()[:12]


def followed_up(prompt: Prompt, answer: str, problem: str, newline: str) -> Prompt:
    """The conversation of `prompt`, gone on with the model's answer and what is wrong with it.

    What stood in the assistant's turn already stands there again.
    """
    last = prompt.parts[-1]
    opening = last.text if isinstance(last, Text) else ""
    end: tuple[Part, ...] = (Control("<|end|>"), Text(newline)) if newline else (Control("<|end|>"),)
    closed = answer + (prompt.stop[0] if prompt.stop and opening.strip() else "")
    asked = (Text(closed), *end, Control("<|user|>"), Text(newline + problem), *end, Control("<|assistant|>"))
    return replace(prompt, parts=(*prompt.parts, *asked, *((Text(opening),) if opening else ())))
