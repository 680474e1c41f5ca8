"""Every prompt of every profile, as reviewed."""

from __future__ import annotations

import pytest

from golden_files import check_golden
from phi_ls.errors import UsageError
from phi_ls.prompt import Prompt, profile, profiles
from phi_ls.wire import Control
from prompt_requests import BLOCK, LINE, context_of, document_request, explain_request, task_request


def shown(prompt: Prompt) -> str:
    """A prompt for a reviewer: control tokens in angle quotes, borders as a bar, then what the caller is told."""
    pieces = []
    for part in prompt.parts:
        if isinstance(part, Control):
            pieces.append(f"«{part.token}»")
        else:
            pieces.append(("|" if part.border else "") + part.text)
    return "".join(pieces) + f"\n======== stop {list(prompt.stop)!r}\n======== prefilled {prompt.prefilled!r}\n"


@pytest.mark.parametrize("name", [item.name for item in profiles()])
def test_prompts_are_as_reviewed(name: str) -> None:
    asked = profile(name)
    check_golden(f"prompt/{name}-line.txt", shown(asked.completion(context_of(LINE), multiline=False)))
    check_golden(f"prompt/{name}-block.txt", shown(asked.completion(context_of(BLOCK), multiline=True)))
    check_golden(f"prompt/{name}-explain.txt", shown(asked.explain(explain_request())))
    check_golden(f"prompt/{name}-document.txt", shown(asked.document(document_request())))
    check_golden(f"prompt/{name}-document-comment.txt", shown(asked.document(document_request("block-comment"))))
    lines = document_request("line-comment", sign="///", convention="Rustdoc")
    check_golden(f"prompt/{name}-document-lines.txt", shown(asked.document(lines)))
    for task in sorted(asked.tasks):
        check_golden(f"prompt/{name}-{task}.txt", shown(asked.task(task_request(task))))


@pytest.mark.parametrize("name", [item.name for item in profiles()])
def test_what_was_wrong_is_told_in_the_same_conversation(name: str) -> None:
    asked = profile(name)
    first = asked.document(document_request(convention="Google"))
    again = asked.again(first, "Area.", "That cannot be used: it says no more than the name. Write it again.")
    check_golden(f"prompt/{name}-again.txt", shown(again) if again else "This family knows no conversation.\n")


def test_a_family_without_instructions_refuses_a_task() -> None:
    with pytest.raises(UsageError, match="wanted a model that follows instructions for fix, found a starter one"):
        profile("starter").task(task_request("fix"))
