r"""The profile of starter models that were taught to copy from around the cursor: longer windows, and snippets.

    <|user|>\nComplete the line in PATH\n# Context\nIMPORTS AND ENCLOSING\n# From OTHER PATH\nSNIPPET\n
    # After\nSUFFIX<|end|>\n<|assistant|>\nPREFIX

The cursor and the start of the prefix are borders between tokens. The recipe beside the model renders its training rows
with this module, so a change here asks for a new model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.context import redact
from phi_ls.context.window import window_end, window_start
from phi_ls.prompt.profile import DocumentRequest, ExplainRequest, Profile, Prompt, followed_up
from phi_ls.prompt.starter import turns

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext

CODE_CHARACTERS = 2400


@dataclass(frozen=True)
class StarterWide(Profile):
    """Fixed windows in characters, whatever the budget. Together they stay below 1,280 tokens of ordinary code."""

    name: str = "starter-wide"
    prefix_characters: int = 1800
    suffix_characters: int = 500
    stable_characters: int = 400
    snippet_characters: int = 1200

    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """See `Profile`. A line ends at the first line end, a block where the model ends it."""
        what = "block" if multiline else "line"
        suffix = context.suffix[: window_end(context.suffix, 0, self.suffix_characters)]
        prefix = context.prefix[window_start(context.prefix, len(context.prefix), self.prefix_characters) :]
        around = self._around(context, prefix) + self._snippets(context)
        asked = f"\nComplete the {what} in {context.path}\n# Context\n{around}# After\n{suffix}"
        return Prompt(turns(asked, prefix), stop=() if multiline else ("\n",), prefilled=prefix, kind=what)

    def explain(self, request: ExplainRequest) -> Prompt:
        """See `Profile`. The model was taught the first paragraphs of documentations."""
        return Prompt(turns(f"\nExplain this function\n{_code(request)}", ""), stop=(), prefilled="")

    def document(self, request: DocumentRequest) -> Prompt:
        """See `Profile`."""
        return Prompt(turns(f"\nDocument this function\n{_code(request)}", ""), stop=(), prefilled="")

    def again(self, prompt: Prompt, answer: str, problem: str) -> Prompt | None:
        """See `Profile`."""
        return followed_up(prompt, answer, problem, "\n")

    def _around(self, context: CompletionContext, prefix: str) -> str:
        """The imports and enclosing lines that the prefix does not show, the last ones of them that fit."""
        shown = set(prefix.split("\n")[:-1])
        kept: list[str] = []
        room = self.stable_characters
        for line in reversed((context.imports + context.enclosing).splitlines()):
            room -= len(line) + 1
            if line not in shown and room >= 0:
                kept.append(line + "\n")
        return "".join(reversed(kept))

    def _snippets(self, context: CompletionContext) -> str:
        text = ""
        for snippet in context.snippets:
            piece = f"# From {snippet.path}\n{redact(snippet.text)}"
            if len(text) + len(piece) <= self.snippet_characters:
                text += piece
        return text


def _code(request: ExplainRequest) -> str:
    return redact(request.code)[:CODE_CHARACTERS]
