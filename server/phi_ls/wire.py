r"""The messages between the server and a worker: one JSON object per line, UTF-8, ASCII-escaped.

A message is a frozen dataclass; on the wire it is `{"type": "generate", ...}` with the fields by name. Escaping
to ASCII lets NUL and lone surrogates from a user's file cross the pipe unharmed.

A prompt travels as parts. A `Control` names one control token of the model's vocabulary by its text; a `Text` is
encoded so that no control token can come out of it, whatever it spells. Neighbouring texts are joined before they are
encoded, unless the second one starts at a `border`, where the model was trained to see a new token begin.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from phi_ls.errors import PhiLsError

if TYPE_CHECKING:
    from collections.abc import Mapping

FinishReason: TypeAlias = Literal["end", "stop", "length", "cancelled"]
"""end: an end-of-turn token; stop: a stop string; length: the token limit; cancelled: nobody wants it any more."""


class WireError(PhiLsError):
    """A line that is no message; the pipe carries something else than phi-ls."""


@dataclass(frozen=True)
class Control:
    """One control token, named by its text, such as `<|user|>`."""

    token: str


@dataclass(frozen=True)
class Text:
    """Plain text. With `border`, its first token does not merge with what stands before."""

    text: str
    border: bool = False


Part: TypeAlias = Control | Text


@dataclass(frozen=True, kw_only=True)
class Load:
    """Load one model; answered by `Loaded` or `Refused`.

    `files` maps paths below `model` (or "" for `model` itself) to the sha256 in hexadecimal that each must have;
    files without a known hash are left out. `context_tokens` is the length to allocate, prompt and new tokens together.
    `options` may set "sequences": for how many full contexts memory is taken, if that much is free; "kept_mib": memory
    for sequences that had to leave the KV cache; "speculate": auto, on or off.
    """

    engine: str
    model: str
    context_tokens: int
    provider: str = "cpu"
    threads: int = 0
    end_tokens: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Generate:
    """Continue a prompt greedily; answered by `Started`, `Chunk`s and one `Done` or `Refused`.

    `max_tokens` 0 prefills only. A stop string is never part of the text that is sent. `id` is unique per worker.
    The KV state of one `sequence` survives generations in others; what belongs together (typing in one document, say)
    shares a name. `heal`: where the last text ends inside a word or with blanks, its last tokens may be others, which
    spell the same. `drafts` are guesses at the answer, the likeliest first; they change its speed and nothing else.
    """

    id: int
    parts: tuple[Part, ...]
    max_tokens: int
    stop: tuple[str, ...] = ()
    sequence: str = "typing"
    heal: bool = False
    drafts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Stop the generation `id`, running or waiting; unknown ids are ignored."""

    id: int


@dataclass(frozen=True, kw_only=True)
class Ping:
    """Asks for a `Pong` with the same number; answered between two steps of the engine."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """The model is in memory. `verified`: the files in `Load.files` were hashed and had their sha256.

    `memory_bytes` is what the whole process holds. So many `sequences` can be held side by side. `four_cost` is what a
    step of four tokens costs in steps of one, 0 where that was not measured; `speculates` says what came of it.
    """

    engine: str
    engine_version: str
    model: str
    context_tokens: int
    vocabulary: int
    ms: float
    memory_bytes: int
    verified: bool
    system: str = ""
    sequences: int = 1
    four_cost: float = 0.0
    speculates: bool = False


@dataclass(frozen=True, kw_only=True)
class Started:
    """The prompt is in the KV cache; `reused_tokens` of it were there before."""

    id: int
    prompt_tokens: int
    reused_tokens: int


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """One new token: the text that it completes (may be empty) and its natural-log probability.

    `more`: the tokens that came right behind it, alike.
    """

    id: int
    text: str
    logprob: float
    more: tuple[tuple[str, float], ...] = ()

    def tokens(self) -> tuple[Chunk, ...]:
        """One chunk for each of the tokens."""
        rest = (Chunk(id=self.id, text=text, logprob=logprob) for text, logprob in self.more)
        return (Chunk(id=self.id, text=self.text, logprob=self.logprob), *rest) if self.more else (self,)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What one generation took. Times in ms from the moment that the worker began with it.

    `healed_tokens` of the prompt were taken back, and are not among its `prompt_tokens`. Of `drafted_tokens` that were
    guessed, `accepted_tokens` came true.
    """

    prompt_tokens: int = 0
    reused_tokens: int = 0
    prefilled_tokens: int = 0
    new_tokens: int = 0
    healed_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    ms_first_token: float = 0.0
    ms_total: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Done:
    """The generation ended; nothing more comes for this id."""

    id: int
    finish_reason: FinishReason
    statistics: Statistics
    stop: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A load (`id` None) or a generation could not be done.

    `reason` is one of: load, damaged, too-long, failed. For too-long, `found_tokens` and `limit_tokens` say by
    how much.
    """

    id: int | None
    reason: Literal["load", "damaged", "too-long", "failed"]
    message: str
    found_tokens: int = 0
    limit_tokens: int = 0


@dataclass(frozen=True, kw_only=True)
class Idle:
    """The engine computes nothing from here until the next request."""


@dataclass(frozen=True, kw_only=True)
class Pong:
    """Answers a `Ping`."""

    number: int


ToWorker: TypeAlias = Load | Generate | Cancel | Ping
FromWorker: TypeAlias = Loaded | Started | Chunk | Done | Refused | Idle | Pong
Message: TypeAlias = ToWorker | FromWorker

_TYPES: dict[str, type[Any]] = {
    cls.__name__.lower(): cls
    for cls in (Load, Generate, Cancel, Ping, Loaded, Started, Chunk, Done, Refused, Idle, Pong)
}


def encode(message: Message) -> bytes:
    """The line for `message`, with its line end."""
    record: dict[str, Any] = {"type": type(message).__name__.lower()}
    for item in dataclasses.fields(message):
        record[item.name] = _plain(getattr(message, item.name))
    return json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def decode(line: bytes) -> Message:
    """The message of one line. Raises `WireError` for anything else."""
    try:
        record = json.loads(line)
        cls = _TYPES[record.pop("type")]
        if "parts" in record:
            record["parts"] = tuple(part_of(part) for part in record["parts"])
        if "statistics" in record:
            record["statistics"] = _checked(Statistics(**record["statistics"]))
        if "more" in record:
            # The sums raise for what is no text and no number.
            record["more"] = tuple((text + "", logprob + 0.0) for text, logprob in record["more"])
        for name in ("stop", "end_tokens", "drafts"):
            if isinstance(record.get(name), list):
                record[name] = tuple(record[name])
        message: Message = _checked(cls(**record))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WireError(f"wanted a wire message, found {line[:80]!r} ({error})") from error
    return message


_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "int": int,
    "int | None": (int, type(None)),
    "float": (int, float),
    "str": str,
    "FinishReason": str,
    'Literal["load", "damaged", "too-long", "failed"]': str,
}
"""What a field of such a type may hold."""
_FIELDS: dict[type[Any], list[tuple[str, type | tuple[type, ...]]]] = {
    cls: [(item.name, _KINDS[str(item.type)]) for item in dataclasses.fields(cls) if item.type in _KINDS]
    for cls in (Loaded, Started, Chunk, Done, Refused, Pong, Statistics)
}
"""What a worker sends is read by tasks that nobody waits for; what it is sent it refuses by itself."""
T = TypeVar("T")


def _checked(message: T) -> T:
    """`message` when its plain fields hold what they are declared to; raises `TypeError` otherwise."""
    for name, kinds in _FIELDS.get(type(message), ()):
        if not isinstance(value := getattr(message, name), kinds):
            raise TypeError(f"{name} is a {type(value).__name__}")
    return message


def _plain(value: object) -> object:
    match value:
        case Control() | Text():
            return record_of(value)
        case Statistics():
            return dataclasses.asdict(value)
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def record_of(part: Part) -> dict[str, Any]:
    """A part of a prompt as JSON."""
    if isinstance(part, Control):
        return {"control": part.token}
    return {"text": part.text, "border": True} if part.border else {"text": part.text}


def part_of(record: dict[str, Any]) -> Part:
    """What `record_of` gave, as a part again. Raises `KeyError` for anything else."""
    if "control" in record:
        return Control(record["control"])
    return Text(record["text"], border=record.get("border", False))
