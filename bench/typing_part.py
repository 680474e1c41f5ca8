"""What typing costs: five files, three rhythms, an ideal accepter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from bench.files import standard_files
from bench.setting import settings
from phi_ls.evaluation.keys import Rhythm
from phi_ls.evaluation.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Run:
    """One way to type: with or without lookup, on one backend."""

    backend: str
    rhythm: Rhythm
    lookup: bool
    share_of_keys: float = 1.0

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.backend}, {self.rhythm.value}{'' if self.lookup else ', lookup off'}"


def runs(backends: tuple[str, ...]) -> list[Run]:
    """Steady typing on every backend, the rest on the first one."""
    first = backends[0]
    return [
        *(Run(backend, Rhythm.STEADY, lookup=True) for backend in backends),
        Run(first, Rhythm.BURSTS, lookup=True, share_of_keys=0.6),
        Run(first, Rhythm.CORRECTIONS, lookup=True, share_of_keys=0.6),
        Run(first, Rhythm.STEADY, lookup=False, share_of_keys=0.6),
    ]


async def measure(
    backends: tuple[str, ...], environment: Mapping[str, str], *, keys: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """A record for each run, with the steps of its typing under "steps"."""
    found = []
    for run in runs(backends):
        say(f"typing: {run.name}")
        replayed = await replay(
            standard_files(),
            settings(run.backend, lookup=run.lookup),
            keys=max(int(keys * run.share_of_keys), 1),
            rhythm=run.rhythm,
            environment=environment,
        )
        steps = [
            {**asdict(cost.step), "prefilled": cost.prefilled, "prompted": cost.prompted} for cost in replayed.costs()
        ]
        found.append({"name": run.name, **replayed.record(), "steps": steps})
    return found
