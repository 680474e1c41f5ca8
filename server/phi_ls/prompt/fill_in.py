"""The profiles of models that were trained to fill in the middle of code: base models, no conversation.

Where a family was also trained to read the suffix first, that order is used: typing appends to the prompt. The others
read prefix, suffix, middle, so their suffix is computed again with each key; it is kept short for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.context import redact
from phi_ls.context.window import window_end
from phi_ls.prompt.profile import DocumentRequest, ExplainRequest, Profile, Prompt
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext

SHORT_SUFFIX_CHARACTERS = 400
"""About 130 tokens, which a processor computes in the time between two keys."""
QUESTION = "What the code above does, in one short paragraph:\n\n"


@dataclass(frozen=True)
class Comment:
    """How a language marks text that is no code."""

    opening: str
    closing: str


QUOTES = Comment('"""\n', '\n"""\n')
STARS = Comment("/*\n", "\n*/\n")


@dataclass(frozen=True)
class FillIn(Profile):
    """One family, by its control tokens."""

    name: str
    prefix: str
    suffix: str
    middle: str
    begin: str = ""
    suffix_first: bool = False
    """The family was trained with `prefix suffix SUFFIX middle PREFIX` too."""

    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """See `Profile`. A line ends at the first line end, a block where the model ends it."""
        before = context.above + context.prefix
        after = context.suffix
        if not self.suffix_first:
            after = after[: window_end(after, 0, SHORT_SUFFIX_CHARACTERS)]
        return Prompt(self._parts(before, after), stop=() if multiline else ("\n",), prefilled=context.prefix)

    def explain(self, request: ExplainRequest) -> Prompt:
        """See `Profile`. The code is followed by a comment whose text is to be filled in."""
        comment = QUOTES if request.language == "python" else STARS
        before = f"{redact(request.code)}\n\n{comment.opening}{QUESTION}"
        return Prompt(self._parts(before, comment.closing), stop=(comment.closing.strip(),), prefilled="")

    def document(self, request: DocumentRequest) -> Prompt:
        """See `Profile`. The documentation is the middle between the code's head and its body."""
        code, signature = redact(request.code), redact(request.signature)
        match request.style:
            case "docstring":
                body = code[len(signature) :].lstrip(":") if code.startswith(signature) else "\n" + code
                before, after, opening, stop = f'{signature}:\n    """', f'"""{body}', '"""', '"""'
            case "block-comment":
                before, after, opening, stop = "/**\n * ", f"\n */\n{code}", "/**\n * ", "*/"
            case _:
                before, after, opening, stop = f"{request.sign or '#'} ", f"\n{code}", "", "\n\n"
        return Prompt(self._parts(before, after), stop=(stop,), prefilled=opening)

    def _parts(self, before: str, after: str) -> tuple[Part, ...]:
        begin: tuple[Part, ...] = (Control(self.begin),) if self.begin else ()
        order: tuple[Part, ...]
        if self.suffix_first:
            order = (Control(self.prefix), Control(self.suffix), Text(after), Control(self.middle), Text(before))
        else:
            order = (Control(self.prefix), Text(before), Control(self.suffix), Text(after), Control(self.middle))
        return (*begin, *(part for part in order if isinstance(part, Control) or part.text))


FAMILIES = (
    FillIn("fim-qwen", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
    FillIn("fim-codegemma", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", begin="<bos>"),
    FillIn("fim-starcoder", "<fim_prefix>", "<fim_suffix>", "<fim_middle>", suffix_first=True),
    FillIn(
        "fim-deepseek",
        "<\uff5cfim\u2581begin\uff5c>",
        "<\uff5cfim\u2581hole\uff5c>",
        "<\uff5cfim\u2581end\uff5c>",
        begin="<\uff5cbegin\u2581of\u2581sentence\uff5c>",
    ),
)
