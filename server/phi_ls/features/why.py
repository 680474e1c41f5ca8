"""What became of the last requests for a completion: where the text came from or why there is none, and what it cost.

Works on the journal's `completion` events, those of a running server and those of a file alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from phi_ls.context import file_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHOWN = 12
"""Requests that a report lists."""


def outcome(event: Mapping[str, Any]) -> str:
    """What came of one request, without its reason."""
    shown = event["shown_chars"]
    return f"{shown} characters from the {event['source']}" if shown else "nothing was offered"


def report(events: Sequence[Mapping[str, Any]], now: float) -> str:
    """One line for each of the last requests, newest first; `now` is on the clock of their `t`."""
    lines = [_line(event, now) for event in reversed(events[-SHOWN:])]
    return "The last requests, newest first:\n\n" + "\n".join(lines) + "\n" if lines else ""


def _line(event: Mapping[str, Any], now: float) -> str:
    place = f"{file_name(event['uri'])}:{event.get('line', 0)}"
    why = f": {event['gate']}" if event["gate"] else ""
    confidence, least = event.get("confidence"), event.get("least")
    sure = f"confidence {confidence:.2f}" if confidence is not None and "confidence" not in why else ""
    token = f"least sure token {least:.2f}" if least is not None and "least" not in why else ""
    told = [f"{event['ms_total']:.0f} ms", _cost(event), sure, token]
    return f"{now - event['t']:6.1f} s ago  {place}  {outcome(event)}{why}; {', '.join(filter(None, told))}"


def _cost(event: Mapping[str, Any]) -> str:
    """What the model did for it; "" when it was not asked."""
    if not event["prompt_tokens"]:
        return ""
    return (
        f"{event['ms_engine']:.0f} ms of them in the model: {event['prompt_tokens']} tokens of prompt, "
        f"{event['reused_tokens']} reused, {event['prefilled_tokens']} read, {event['new_tokens']} written "
        f"({event['finish_reason']})"
    )
