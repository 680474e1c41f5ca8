"""The command line's grammar, and which module does what it asks for.

Nothing heavy is imported before the command is known: `serve` answers `initialize` sooner, `worker` stays small.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import re
import sys
from typing import TYPE_CHECKING, NoReturn, cast

from phi_ls import __version__
from phi_ls.errors import PhiLsError
from phi_ls.settings import BackendName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_EVENTS = "for programs: one JSON object per line on stdout while it works; it is left when stdin ends"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    _write_text_as_it_is()
    try:
        try:
            return _run(arguments)
        finally:
            # Here, where a failure can be told; also after `--help`, which leaves by an exception.
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
        return 1
    except OSError as error:
        _write_no_more()
        print(f"phi-ls: wanted to write the output, found {error.strerror or error}", file=sys.stderr)
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    options = parser().parse_args(arguments)
    try:
        module = importlib.import_module(f"phi_ls.cli.{options.module}")
        command = cast("Callable[[argparse.Namespace], int]", module.run)
        return command(options)
    except PhiLsError as error:
        message = " ".join(str(error).splitlines())
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.filename is None:  # of no file: a failure of the output, which `main` tells
            raise
        message = f"wanted to read or write {str(error.filename)!r}, found {error.strerror or error}"
    print(f"phi-ls {options.command}: {message}", file=sys.stderr)
    return 1


def _write_text_as_it_is() -> None:
    """What holds code is UTF-8, so that a diff fits its file; a terminal is written to in its own encoding."""
    out = sys.stdout
    if not isinstance(out, io.TextIOWrapper):
        return
    if out.isatty():
        out.reconfigure(errors="backslashreplace")
    else:
        out.reconfigure(encoding="utf-8", errors="surrogateescape")


def _write_no_more() -> None:
    """Whoever read our output has read enough. Python would try to write the rest of it once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser() -> argparse.ArgumentParser:
    """The whole grammar."""
    top = _Parser(prog="phi-ls", description="Local code assistance: a language server with a model on this machine.")
    top.add_argument("--version", action="version", version=f"phi-ls {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, module: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(module=module)
        return command

    serve = add("serve", "serve", "what editors start: the language server on stdin and stdout")
    serve.add_argument("--stdio", action="store_true", help="accepted for clients that pass it; there is no other way")

    complete = add("complete", "complete", "complete a file at a position, once")
    complete.add_argument("file", metavar="FILE")
    complete.add_argument("--at", required=True, type=_position, metavar="LINE:COL", help="both count from 1")
    _model_options(complete)

    explain = add("explain", "explain", "explain the symbol at a position, or some lines")
    explain.add_argument("file", metavar="FILE")
    where = explain.add_mutually_exclusive_group(required=True)
    where.add_argument("--at", type=_position, metavar="LINE:COL", help="both count from 1")
    where.add_argument("--lines", type=_lines, metavar="A-B", help="from line A to line B, both included")
    _model_options(explain)

    act = add("act", "act", "run an action on some lines: explain, document, fix, addTypes, simplify, tests, ...")
    act.add_argument("action", metavar="ACTION")
    act.add_argument("file", metavar="FILE")
    act.add_argument("--lines", type=_lines, metavar="A-B", help="from line A to line B, both included; else all")
    act.add_argument("--problem", metavar="TEXT", help="what is wrong there, for fix and explainError")
    act.add_argument("--instruction", metavar="TEXT", help="what to change, for refactor")
    how = act.add_mutually_exclusive_group()
    how.add_argument("--diff", action="store_true", help="print the change as a unified diff")
    how.add_argument("--write", action="store_true", help="change the file")
    _model_options(act)

    doctor = add("doctor", "doctor", "hardware, backends, models; what is chosen and why the others are not")
    doctor.add_argument("--measure", action="store_true", help="run every candidate, and rank them by what is measured")
    _model_options(doctor)

    _backends_jobs(add("backends", "backends", "list, install and remove the environments of backends"))
    _models_jobs(add("models", "models", "list, pull, verify, import and remove models"))

    bench = add("bench", "bench", "measure prefill, decode, reuse and cancelling on this machine")
    bench.add_argument("--lookup", action="store_true", help="only lookups, in a full index; no model is loaded")
    _model_options(bench)

    typed = add("replay", "replay", "type files key by key through the server: latency, work, characters saved")
    typed.add_argument("files", nargs="+", metavar="FILE")
    typed.add_argument("--keys", type=_count, default=200, metavar="N", help="keys for each file; 200 if not given")
    typed.add_argument("--rhythm", choices=("steady", "bursts", "corrections"), default="steady")
    _model_options(typed)

    _eval_options(
        add("eval", "eval", "fill holes in your own code, or in HumanEval-Infilling's problems: how good it is")
    )

    why = add("why", "why", "what became of the last completions, from the journal of a running server")
    why.add_argument("journal", nargs="?", metavar="JOURNAL", help="its file; the one that PHI_LS_JOURNAL names else")
    why.add_argument("--json", action="store_true", help="one JSON document on stdout")

    add("uninstall", "uninstall", "remove what phi-ls has written; models and settings stay, and are named")
    add("worker", "worker", "the inference process; started by `serve`, not by people")
    return top


def _eval_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("target", metavar="PATH|DATASET", help="a folder, a file, or problems as .jsonl or .jsonl.gz")
    command.add_argument("--holes", type=_count, default=200, metavar="N", help="how many, of all kinds; 200 else")
    command.add_argument("--seed", type=int, default=0, metavar="S", help="which ones; 0 else")
    command.add_argument(
        "--kinds", default="inside,line,statement,block", metavar="K,..", help="inside, line, statement, block"
    )
    command.add_argument("--baselines", action="store_true", help="also what can be had without a model")
    command.add_argument(
        "--compare", nargs=2, metavar=("A", "B"), help="two backends, models or settings: cpu, model=ID, KEY=VALUE,.."
    )
    command.add_argument("--resume", metavar="FILE", help="keep answers in FILE, and go on with those that it has")
    command.add_argument("--no-calibration", action="store_true", help="keep no threshold for the server")
    _model_options(command)


def _backends_jobs(backends: argparse.ArgumentParser) -> None:
    jobs = backends.add_subparsers(dest="job", required=True, metavar="JOB", parser_class=_Parser)
    listed = jobs.add_parser("list", help="every backend, and what is installed of it")
    install = jobs.add_parser("install", help="make the environment of a backend; uses the network through pip")
    install.add_argument("name", metavar="NAME", help="cpu, cuda, directml, gguf")
    install.add_argument("--flavour", default="auto", metavar="F", help="of gguf: auto, cpu, cuda, vulkan, metal")
    install.add_argument("--build", action="store_true", help="of gguf: build from source, also where a wheel is ready")
    install.add_argument("--events", action="store_true", help=_EVENTS)
    remove = jobs.add_parser("remove", help="remove the environment of a backend")
    remove.add_argument("name", metavar="NAME")
    for job in (listed, install, remove):
        job.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _models_jobs(models: argparse.ArgumentParser) -> None:
    jobs = models.add_subparsers(dest="job", required=True, metavar="JOB", parser_class=_Parser)

    def add(name: str, text: str) -> argparse.ArgumentParser:
        job = jobs.add_parser(name, help=text, description=text)
        job.add_argument("--json", action="store_true", help="one JSON document on stdout")
        return job

    add("list", "every model that is known, and whether it is here")
    pull = add(
        "pull", "download a model, verified and resumable; the only command besides `backends` that uses the network"
    )
    pull.add_argument("id", metavar="ID")
    pull.add_argument("--build", metavar="BUILD", help="a build of `models list`; the one that suits this machine else")
    pull.add_argument("--accept-licence", action="store_true", help="for models whose licence restricts their use")
    pull.add_argument("--events", action="store_true", help=_EVENTS)
    add("verify", "hash every file of the models that are here").add_argument("id", metavar="ID", nargs="?")
    bring = add("import", "take a GGUF file or a model folder into the store, without the network")
    bring.add_argument("path", metavar="PATH")
    bring.add_argument("--id", metavar="ID", help="the id to give it; its name else")
    bring.add_argument("--profile", metavar="NAME", help="how it is prompted; its vocabulary decides else")
    remove = add("remove", "remove a model, or one build of it")
    remove.add_argument("id", metavar="ID")
    remove.add_argument("--build", metavar="BUILD")


def _model_options(command: argparse.ArgumentParser) -> None:
    names = [name.value for name in BackendName]
    command.add_argument("--backend", type=_backend, metavar="NAME", help=", ".join(names))
    command.add_argument("--model", metavar="ID", help="a model's id, or a path to a GGUF file or an ONNX folder")
    command.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _backend(text: str) -> str:
    names = [name.value for name in BackendName]
    if text not in names:
        raise argparse.ArgumentTypeError(f"wanted one of {', '.join(names)}, found {text!r}")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"wanted a number from 1 on, found {text!r}")
    return int(text)


def _position(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+):(\d+)", text)
    if not match or "0" in (match[1], match[2]):
        raise argparse.ArgumentTypeError(f"wanted LINE:COL, both from 1, found {text!r}")
    return int(match[1]), int(match[2])


def _lines(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1 <= first <= last:
        raise argparse.ArgumentTypeError(f"wanted A-B with 1 <= A <= B, found {text!r}")
    return first, last


def print_json(document: object) -> None:
    """One JSON document on stdout; whatever a file holds, it is ASCII."""
    print(json.dumps(document, indent=2))
