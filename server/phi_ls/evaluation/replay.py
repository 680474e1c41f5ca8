"""`phi-ls replay`: type files key by key through a real server, and count what that costs and saves.

A stretch of each file is taken out and typed again. The figures come from the answers and from the server's journal;
the first prompt of each file is left out of the prefill counts, since there is nothing that it could reuse.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phi_ls.evaluation.keys import Rhythm, Typist
from phi_ls.evaluation.rpc import Connection
from phi_ls.evaluation.session import Document, Session, Step, Tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOAD_SECONDS = 600.0
COMPUTED = ("generation", "ahead")
"""What the engine computed: what was asked for, and what was computed before it is asked for."""
UNANSWERED = ("superseded", "cancelled")
"""Gates of requests that the next key came before."""
_LAST_STEP_SECONDS = 1.0


@dataclass(frozen=True)
class Cost:
    """One step of the typing, and the prompt tokens that were computed and those that were asked for until the next."""

    step: Step
    prefilled: int
    prompted: int


@dataclass(frozen=True)
class Replayed:
    """What was typed, and the events of the server's journal."""

    files: tuple[str, ...]
    tallies: tuple[Tally, ...]
    events: tuple[dict[str, Any], ...]

    def costs(self) -> list[Cost]:
        """Every step of every file in order, without the first prompts."""
        ended = [event for event in self.events if event["event"] in COMPUTED and event.get("state") == "ended"]
        return [cost for tally in self.tallies for cost in _costs(tally, ended)]

    def record(self) -> dict[str, Any]:
        """The record of DESIGN.md section 9, and the shares by source."""
        steps = [step for tally in self.tallies for step in tally.steps]
        taken = [step.taken for step in steps if step.taken]
        characters = sum(tally.characters for tally in self.tallies)
        shown = [step for step in steps if step.outcome != "nothing"]
        waits = [step.wait_ms for step in steps if step.wait_ms is not None]
        prefilled = [float(cost.prefilled) for cost in self.costs()]
        return {
            "files": list(self.files),
            "keys": len(steps),
            "time_to_suggestion_ms": {f"p{share}": quantile(waits, share / 100) for share in (50, 90, 99)},
            "prefilled_per_key": {
                "median": quantile(prefilled, 0.5),
                "mean": round(sum(prefilled) / len(prefilled), 2) if prefilled else None,
                "p90": quantile(prefilled, 0.9),
            },
            "keys_saved": share(sum(taken) - len(taken), characters),
            "characters_completed": share(sum(taken), characters),
            "shown": len(shown),
            "shown_wrong": share(sum(step.outcome == "wrong" for step in shown), len(shown)),
            **self._answers(),
        }

    def _answers(self) -> dict[str, Any]:
        """Who answered, and what the model did for nothing."""
        completions = [event for event in self.events if event["event"] == "completion"]
        ended = [event for event in self.events if event["event"] in COMPUTED and event.get("state") == "ended"]
        answered = [event for event in completions if not event["gate"].startswith(UNANSWERED)]
        unaided = [event for event in answered if event["source"] not in ("model", "stream")]
        offered = Counter(event["source"] for event in answered if event["shown_chars"])
        accepted = {number for tally in self.tallies for number in tally.accepted_ids}
        new_tokens = sum(event["new_tokens"] for event in ended)
        useful = sum(event["new_tokens"] for event in completions if event["id"] in accepted)
        return {
            "without_model": share(len(unaided), len(completions)),
            "shown_without_model": share(offered["cache"] + offered["lookup"], offered.total()),
            "overtaken": share(len(completions) - len(answered), len(completions)),
            "suggestions_by_source": dict(sorted(offered.items())),
            "wasted_tokens": share(max(new_tokens - useful, 0), new_tokens),
        }


async def replay(
    files: Sequence[Path],
    settings: dict[str, Any],
    *,
    keys: int,
    rhythm: Rhythm,
    seed: int = 0,
    environment: Mapping[str, str] | None = None,
) -> Replayed:
    """Type about `keys` keys of each file into a server with these settings. Raises `UsageError` and `ServerFailed`."""
    documents = [Document.read(file, keys) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        async with Connection(settings, {**(environment or {}), "PHI_LS_JOURNAL": str(journal)}) as server:
            await server.loaded(LOAD_SECONDS)
            tallies = [await _type(server, document, keys, Typist(rhythm, seed)) for document in documents]
        events = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    return Replayed(tuple(file.name for file in files), tuple(tallies), tuple(events))


async def _type(server: Connection, document: Document, keys: int, typist: Typist) -> Tally:
    session = Session(server, document)
    await server.open(document.uri, document.language, document.unfinished)
    while session.place < document.end and len(session.tally.steps) < keys:
        for key in typist.keys(document.text[session.place]):
            await session.press(key)
    await session.leave()
    await server.notify("textDocument/didClose", {"textDocument": {"uri": document.uri}})
    return session.tally


def _costs(tally: Tally, ended: Sequence[Mapping[str, Any]]) -> list[Cost]:
    """The cost of each step, from the second prompt of the file on."""
    if not tally.steps:
        return []
    borders = [*(step.moment for step in tally.steps[1:]), tally.steps[-1].moment + _LAST_STEP_SECONDS]
    mine = [event for event in ended if tally.opened <= event["t"] < borders[-1]]
    whole = (n for n, event in enumerate(mine) if event["reused_tokens"] + event["prefilled_tokens"] >= _prompt(event))
    computed, asked = [0] * len(borders), [0] * len(borders)
    for event in mine[next(whole, len(mine)) + 1 :]:
        # What was computed before the first key is counted with it.
        index = next(number for number, border in enumerate(borders) if event["t"] < border)
        computed[index] += event["prefilled_tokens"]
        asked[index] += event["prompt_tokens"]
    return [Cost(*cost) for cost in zip(tally.steps, computed, asked, strict=True)]


def _prompt(event: Mapping[str, Any]) -> int:
    """The length of a generation's prompt; that of one which was cancelled before it began is not known, and no 0."""
    return event["prompt_tokens"] or 1


def quantile(numbers: Sequence[float], part: float) -> float | None:
    """The number below which that part of them lies; None for none."""
    ordered = sorted(numbers)
    return round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 2) if ordered else None


def share(part: float, whole: float) -> float | None:
    """The quotient, None where there is nothing to divide."""
    return round(part / whole, 4) if whole else None
