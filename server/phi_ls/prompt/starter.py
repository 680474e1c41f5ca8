r"""The profile of the starter model, in exactly the words that it was trained with.

    <|user|>\nComplete the line in PATH\n# Context\nIMPORTS AND ENCLOSING\n# After\nSUFFIX<|end|>\n
    <|assistant|>\nPREFIX

The cursor and the start of the prefix are borders between tokens, as they were in training.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phi_ls.context import redact
from phi_ls.context.window import window_end, window_start
from phi_ls.prompt.profile import DocumentRequest, ExplainRequest, Profile, Prompt, followed_up
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext

PREFIX_CHARACTERS = 900
SUFFIX_CHARACTERS = 300
CODE_CHARACTERS = 3000


class Starter(Profile):
    """Fixed windows, whatever the budget: the model has seen no others."""

    name = "starter"
    prefix_characters = PREFIX_CHARACTERS

    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """See `Profile`. A line ends at the first line end, a block where the model ends it."""
        what = "block" if multiline else "line"
        suffix = context.suffix[: window_end(context.suffix, 0, SUFFIX_CHARACTERS)]
        prefix = context.prefix[window_start(context.prefix, len(context.prefix), PREFIX_CHARACTERS) :]
        around = (context.imports + context.enclosing).rstrip("\n")
        asked = f"\nComplete the {what} in {context.path}\n# Context\n{around}\n# After\n{suffix}"
        return Prompt(turns(asked, prefix), stop=() if multiline else ("\n",), prefilled=prefix, kind=what)

    def explain(self, request: ExplainRequest) -> Prompt:
        """See `Profile`."""
        asked = f"\nExplain this function\n{redact(request.code)[:CODE_CHARACTERS]}"
        return Prompt(turns(asked, ""), stop=(), prefilled="")

    def document(self, request: DocumentRequest) -> Prompt:
        """See `Profile`.

        The model was taught to explain with the first paragraph of documentations, so that is asked for.
        """
        return self.explain(request)

    def again(self, prompt: Prompt, answer: str, problem: str) -> Prompt | None:
        """See `Profile`."""
        return followed_up(prompt, answer, problem, "\n")


def turns(asked: str, answered: str) -> tuple[Part, ...]:
    """One question, and the beginning of its answer, which starts at a border between tokens."""
    parts: tuple[Part, ...] = (
        Control("<|user|>"),
        Text(asked),
        Control("<|end|>"),
        Text("\n"),
        Control("<|assistant|>"),
        Text("\n"),
    )
    return (*parts, Text(answered, border=True)) if answered else parts
