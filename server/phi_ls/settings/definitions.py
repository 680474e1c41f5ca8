"""The settings themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from phi_ls.settings.declare import Scope, setting
from phi_ls.settings.own_actions import VARIABLES, OwnAction


class BackendName(Enum):
    """An engine and where it runs."""

    AUTO = "auto"
    CUDA = "cuda"
    DIRECTML = "directml"
    CPU = "cpu"
    GGUF = "gguf"
    REMOTE = "remote"
    SCRIPTED = "scripted"


class Multiline(Enum):
    """How many lines a completion may have."""

    AUTO = "auto"
    NEVER = "never"
    ALWAYS = "always"


class Unasked(Enum):
    """Whose text is shown while somebody types."""

    AUTO = "auto"
    LOOKUP = "lookup"
    MODEL = "model"


class HoverMode(Enum):
    """When a hover shows an explanation."""

    OFF = "off"
    ON_DEMAND = "onDemand"
    AUTO = "auto"


class ConfirmEdits(Enum):
    """Which edits an editor shows for confirmation before they are made."""

    NEVER = "never"
    CODE = "code"
    ALWAYS = "always"


class LogLevel(Enum):
    """How much the log says; code is never in it."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


class TraceLevel(Enum):
    """How much of the protocol an editor logs."""

    OFF = "off"
    MESSAGES = "messages"
    VERBOSE = "verbose"


@dataclass(frozen=True, kw_only=True)
class InlineCompletionSettings:
    """Ghost text."""

    enable: bool = setting(True, "Offer inline completions while typing.")
    debounce_ms: int = setting(
        75, "Quiet time after a keystroke before the model is asked, in ms.", minimum=0, maximum=2000
    )
    max_new_tokens: int = setting(96, "The most tokens that one completion may have.", minimum=1, maximum=512)
    multiline: Multiline = setting(
        Multiline.AUTO, "How many lines a completion may have: `auto` decides from the syntax at the cursor."
    )
    lookup: bool = setting(
        True,
        "Answer at once, without the model, when similar text in the file, in files that were open or in its package "
        "tells what follows. Off: those other files are not read.",
    )
    unasked: Unasked = setting(
        Unasked.AUTO,
        "Whose text is shown while you type: `lookup` only what similar text tells, `model` the model's as well, "
        "`auto` the model's as well unless it was found too weak for that, as the starter model was. Asking by hand "
        "always asks the model.",
    )


@dataclass(frozen=True, kw_only=True)
class HoverSettings:
    """Hover explanations."""

    mode: HoverMode = setting(
        HoverMode.ON_DEMAND,
        "`onDemand` shows signature and documentation at once, an explanation when one is cached, and a link that asks "
        "for one; `auto` asks for it by itself, and ahead of time on mains power; `off` shows nothing.",
    )
    deadline_ms: int = setting(
        250,
        "In `auto` mode, how long a hover waits for its explanation, in ms; later it is there for the next one.",
        minimum=0,
        maximum=5000,
    )


class RemoteApi(Enum):
    """How a remote server is asked."""

    COMPLETIONS = "completions"
    CHAT = "chat"


@dataclass(frozen=True, kw_only=True)
class RemoteSettings:
    """An OpenAI-compatible server that the user names; used with `backend` `remote` only."""

    url: str = setting(
        "",
        "The address of an OpenAI-compatible server, such as `http://host:8000/v1`. With the backend `remote`, code "
        "leaves this machine for it. The key comes from `PHI_LS_REMOTE_KEY` or the operating system's keyring.",
        scope=Scope.MACHINE,
    )
    model: str = setting("", "The model to ask the remote server for. Empty: the first it names.", scope=Scope.MACHINE)
    api: RemoteApi = setting(
        RemoteApi.COMPLETIONS,
        "`completions` sends the prompt as it is; `chat` sends messages, for servers that take nothing else.",
        scope=Scope.MACHINE,
    )
    profile: str = setting(
        "phi3",
        "How the remote model is prompted: `phi3`, `phi4`, or with fill-in-the-middle tokens `fim-qwen`, "
        "`fim-starcoder`, `fim-codegemma`, `fim-deepseek`.",
        scope=Scope.MACHINE,
    )


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """How the editor starts the server."""

    python: str = setting(
        "",
        "The Python interpreter that has phi-ls installed. Empty: the Python extension's choice, then `phi-ls` on the "
        "PATH, then an environment of its own.",
        scope=Scope.MACHINE,
        client_only=True,
    )
    wheels: str = setting(
        "",
        "A folder of wheels that holds all that phi-ls needs. The extension makes its environment from it and opens no "
        "connection. Empty: `pip` fetches them.",
        scope=Scope.MACHINE,
        client_only=True,
    )


@dataclass(frozen=True, kw_only=True)
class TraceSettings:
    """What the editor logs of the protocol."""

    server: TraceLevel = setting(
        TraceLevel.OFF,
        "What the log holds of the messages between editor and server, when the log's own level is `trace`.",
        scope=Scope.WINDOW,
        client_only=True,
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, below the section `phi`."""

    enable: bool = setting(True, "Turn phi-ls on or off, for a language, a folder or everywhere.")
    backend: BackendName = setting(
        BackendName.AUTO,
        "Where the model runs: `auto` takes the best one that this machine has and says why.",
        scope=Scope.MACHINE,
    )
    model: str = setting(
        "auto",
        "The model to run, by its id in `phi-ls models list`, or a path to a GGUF file or an ONNX model folder. "
        "`auto` takes the best one that is present.",
        scope=Scope.MACHINE,
    )
    allow_fallback: bool = setting(
        True,
        "Go on with the next backend when the chosen one fails. Off: stop and say why.",
        scope=Scope.MACHINE,
    )
    context_tokens: int = setting(
        2047,
        "The longest prompt and answer together, in tokens; never more than the model's own safe length.",
        scope=Scope.MACHINE,
        minimum=256,
        maximum=131072,
    )
    threads: int = setting(
        0,
        "Processor threads for the model; 0 takes a number that suits the machine and the model.",
        scope=Scope.MACHINE,
        minimum=0,
        maximum=256,
    )
    log_level: LogLevel = setting(LogLevel.INFO, "How much the log says. It never holds code.", scope=Scope.WINDOW)
    actions: tuple[OwnAction, ...] = setting(
        (),
        "Actions of your own: a list of `title`, `prompt`, `result` (`answer`, `edit`, `insert` or `file`) and, for a "
        "new file, its name as `file`. In a prompt stand "
        + ", ".join(f"`${{{name}}}` ({what})" for name, what in VARIABLES.items())
        + ".",
        scope=Scope.WINDOW,
    )
    confirm_edits: ConfirmEdits = setting(
        ConfirmEdits.CODE,
        "Which edits of an action the editor shows as a preview, to be applied or discarded: `code` those that change "
        "what the code does, `always` also documentation and types, which are checked to change nothing else, `never` "
        "none. Editors without such a preview apply them. Each action is one step to undo.",
        scope=Scope.WINDOW,
    )
    inline_completion: InlineCompletionSettings = field(default_factory=InlineCompletionSettings)
    hover: HoverSettings = field(default_factory=HoverSettings)
    remote: RemoteSettings = field(default_factory=RemoteSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    trace: TraceSettings = field(default_factory=TraceSettings)
