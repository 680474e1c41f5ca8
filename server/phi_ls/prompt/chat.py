"""The profile of chat models that were never taught to fill in code: Phi-3, Phi-3.5, Phi-4.

A completion is asked for as a file to go on with. The suffix comes before the prefix, and the last lines of the
prefix stand in the assistant's turn already, inside a code fence, so that the model can only continue them. Typing
appends to that turn; a new line moves a few lines from the question into it once in `SPLIT_LINES` lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from phi_ls.context import redact
from phi_ls.prompt import wording
from phi_ls.prompt.profile import DocumentRequest, ExplainRequest, Profile, Prompt, TaskRequest, followed_up
from phi_ls.text import start_of_line
from phi_ls.wire import Control, Part, Text

if TYPE_CHECKING:
    from phi_ls.context import CompletionContext

FENCE = "```"
SPLIT_CHARACTERS = 50
"""At least so much of the lines above stands in the assistant's turn, so that the model cannot begin anew."""
SPLIT_LINES = 4


@dataclass(frozen=True, kw_only=True)
class Template:
    """Where a family puts its control tokens. `newline` stands behind each of them."""

    begin: str = ""
    newline: str = "\n"
    system_role: bool = True


@dataclass(frozen=True)
class Turn:
    """One message of a conversation."""

    role: str
    text: str


class Chat(Profile):
    """A chat template around the wording that all chat models share."""

    def __init__(self, name: str, template: Template) -> None:
        self.name = name
        self._template = template

    def completion(self, context: CompletionContext, *, multiline: bool) -> Prompt:
        """See `Profile`.

        A line and a block are asked for alike: the answer is cut, and the prompt stays what it was.
        """
        head, tail = split_prefix(context.prefix)
        prefilled = _without_typed_blanks(tail)
        turns = [Turn("system", wording.COMPLETE)]
        for asked, answered in wording.EXAMPLES:
            turns += [Turn("user", asked), Turn("assistant", answered)]
        turns.append(Turn("user", _question(context, head)))
        opening = f"{FENCE}{context.fence}\n"
        return Prompt(self._parts(turns, opening + prefilled), stop=(FENCE,), prefilled=prefilled)

    def explain(self, request: ExplainRequest) -> Prompt:
        """See `Profile`."""
        turns = [Turn("system", wording.EXPLAIN), Turn("user", _about(request, wording.EXPLAIN_QUESTION))]
        return Prompt(self._parts(turns, ""), stop=(), prefilled="")

    def document(self, request: DocumentRequest) -> Prompt:
        """See `Profile`. The answer is begun as the code is, up to the opening of its documentation."""
        style = wording.document_style(request.style, request.sign)
        convention = wording.CONVENTIONS.get(request.convention, "")
        turns = [Turn("system", wording.DOCUMENT), Turn("user", _about(request, style.question + convention))]
        signature = f"{redact(request.signature)}{style.after_signature}" if style.signature_first else ""
        prefilled = f"{FENCE}{request.fence}\n{signature}{style.opening}" if style.opening else ""
        return Prompt(self._parts(turns, prefilled), stop=style.stop, prefilled=style.opening)

    @property
    def tasks(self) -> frozenset[str]:
        """See `Profile`."""
        return frozenset(wording.TASKS)

    def task(self, request: TaskRequest) -> Prompt:
        """See `Profile`. Where code is wanted, its fence is open already; some models open another."""
        task = wording.TASKS[request.task]
        asked = [task.question.format(name=request.name) if task.question else redact(request.instruction)]
        if task.question and request.instruction:
            asked.append(f"Instruction: {request.instruction}")
        asked += [f"Problem: {redact(problem)}" for problem in request.problems]
        question = _about(request, "\n".join(asked)) if request.code else "\n".join(asked)
        if request.material:
            question += f"\n\n{redact(request.material)}".rstrip("\n")
        turns = [Turn("system", task.system), Turn("user", question)]
        opening = f"{FENCE}{request.fence}\n" if task.wants_code else ""
        return Prompt(self._parts(turns, opening), stop=("\n" + FENCE,) if task.wants_code else (), prefilled="")

    def again(self, prompt: Prompt, answer: str, problem: str) -> Prompt | None:
        """See `Profile`."""
        return followed_up(prompt, answer, problem, self._template.newline)

    def _parts(self, turns: list[Turn], answered: str) -> tuple[Part, ...]:
        template = self._template
        parts: list[Part] = [Control(template.begin)] if template.begin else []
        if not template.system_role:
            turns = _system_in_first_question(turns)
        for turn in turns:
            parts += [Control(f"<|{turn.role}|>"), Text(template.newline + turn.text), Control("<|end|>")]
            if template.newline:
                parts.append(Text(template.newline))
        parts.append(Control("<|assistant|>"))
        opening = template.newline + answered
        return (*parts, Text(opening)) if opening else tuple(parts)


def split_prefix(prefix: str) -> tuple[str, str]:
    """The prefix as what the question shows, whole lines, and what the answer begins with.

    The second one has at least `SPLIT_CHARACTERS` of text above the cursor's line, if there are so many. The split
    does not move while a line is typed, and stays within `SPLIT_LINES` lines when a line is added.
    """
    lines = prefix.split("\n")
    enough = 0
    split = len(lines) - 1
    while split > 0 and enough < SPLIT_CHARACTERS:
        split -= 1
        enough += len(lines[split].strip())
    split -= split % SPLIT_LINES
    tail = "\n".join(lines[split:])
    return prefix[: len(prefix) - len(tail)], tail


def _without_typed_blanks(tail: str) -> str:
    """The answer's beginning without the blanks before the cursor: models write them as part of the next word."""
    line = tail[start_of_line(tail, len(tail)) :]
    kept = tail[: len(tail) - len(line)] + line.rstrip(" \t")
    return kept or tail


def _question(context: CompletionContext, head: str) -> str:
    above = f"\nDefined above:\n{_fenced(context.fence, context.above)}" if context.above else ""
    return (
        f"File: {context.path} ({context.language})\n{above}"
        f"\nAfter the cursor:\n{_fenced(context.fence, context.suffix)}"
        f"\nBefore the cursor:\n{_fenced(context.fence, head)}"
    ).removesuffix("\n")


def _about(request: ExplainRequest, question: str) -> str:
    calls = f"\n\nIt uses:\n{_fenced(request.fence, redact(chr(10).join(request.calls)))}" if request.calls else ""
    shown = f"{question}\n\nFrom {request.path}:\n{_fenced(request.fence, redact(request.code))}".removesuffix("\n")
    return shown + calls.removesuffix("\n")


def _fenced(fence: str, code: str) -> str:
    border = "" if code.endswith("\n") or not code else "\n"
    return f"{FENCE}{fence}\n{code}{border}{FENCE}\n"


def _system_in_first_question(turns: list[Turn]) -> list[Turn]:
    """The same conversation for templates that know no system role."""
    system, first, *rest = turns
    return [Turn("user", f"{system.text}\n\n{first.text}"), *rest]
