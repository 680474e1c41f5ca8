"""A word to who has typed for long and was shown nothing: once on a machine, in the quietest way that the editor has.

A newcomer with the model that comes with phi-ls, in a new file, sees no ghost text, and cannot know whether that is
meant. An editor with a status item gets the hint with its status; others get one short line, since some of them stop
the typing for a longer one, and all of it in the log.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from phi_ls import paths
from phi_ls.errors import PhiLsError
from phi_ls.features.advice import after_silence
from phi_ls.hardware import probe

if TYPE_CHECKING:
    from phi_ls.features.assistant import Assistant
    from phi_ls.lsp.server import PhiLanguageServer

SHORT_BY_HAND = "nothing to suggest yet: ask by hand, or pull a better model"
SHORT = "nothing to suggest yet: pull a better model, see the log"

_log = logging.getLogger(__name__)


def after_an_offer(ls: PhiLanguageServer, assistant: Assistant) -> None:
    """Give the hint, if it is time for it and it was never given here."""
    if assistant.silence.long and assistant.status.state == "ready":
        assistant.silence.end()
        ls.spawn(_give(ls, assistant), "the hint after a silence")


async def _give(ls: PhiLanguageServer, assistant: Assistant) -> None:
    by_hand = ls.client.inline_completion
    words = await asyncio.to_thread(_words, assistant, by_hand=by_hand, pulls=ls.client.wants_status)
    if not words:
        return
    _log.info(words)
    if ls.client.wants_status:
        assistant.hint(words)
    else:
        ls.tell(SHORT_BY_HAND if by_hand else SHORT)


def _words(assistant: Assistant, *, by_hand: bool, pulls: bool) -> str:
    """What to say; "" where there is nothing to say, or it was said before, or nobody could know that it was."""
    mark = paths.data_dir() / "hints" / "nothing-suggested"
    if mark.exists():
        return ""
    try:
        words = after_silence(assistant, probe(), by_hand=by_hand, pulls=pulls)
        if words:
            paths.write_whole(mark, "")
    except (OSError, PhiLsError) as error:
        _log.info("no hint was given (%s)", type(error).__name__)
        return ""
    return words
