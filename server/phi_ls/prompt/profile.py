"""What a profile is, and what it is asked for."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from phi_ls.wire import Control, Part

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext


@dataclass(frozen=True)
class Prompt:
    """A prompt for the worker, and what the caller must know to read the answer.

    `prefilled` stands at the end of the prompt as the beginning of the answer: the end of the text before the
    cursor, perhaps without its last blanks, or the opening of a documentation. The model's text goes on from there,
    up to one of `stop`.
    """

    parts: tuple[Part, ...]
    stop: tuple[str, ...]
    prefilled: str

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


@dataclass(frozen=True, kw_only=True)
class DocumentRequest(ExplainRequest):
    """Code to document; `style` is the language's `doc_style`."""

    style: str


class Profile(ABC):
    """How one family of models is asked. Pure: the same request gives the same prompt."""

    name: str

    @abstractmethod
    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """Ask for what follows the cursor: the rest of a line, or with `multiline` of a block."""

    @abstractmethod
    def explain(self, request: ExplainRequest) -> Prompt:
        """Ask for a short explanation in Markdown."""

    @abstractmethod
    def document(self, request: DocumentRequest) -> Prompt:
        """Ask for a documentation; the answer is its inner text, perhaps with the quotes or stars of its language."""

    @cached_property
    def version(self) -> str:
        """Names the wording of the explanations: it changes when the same request would be asked in other words."""
        sample = ExplainRequest(path="a", language="python", fence="python", code="b", signature="c", name="d")
        wording = repr(self.explain(sample))
        return hashlib.sha256(wording.encode()).hexdigest()[:12]
