"""`phi-ls models`: what is known, what is here, and how it comes and goes."""

from __future__ import annotations

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from phi_ls.catalog import ABSENT, check_build, import_model, local_models, read_catalog, read_receipt, remove_build
from phi_ls.catalog import pull as pull_build
from phi_ls.catalog.places import gigabytes
from phi_ls.cli.common import settings_for
from phi_ls.cli.events import duration, leave_when_stdin_ends, tell_done, tell_state, tell_step
from phi_ls.cli.main import print_json
from phi_ls.errors import ModelNotFound, UsageError
from phi_ls.features.assistant import Assistant
from phi_ls.features.models import build_to_pull
from phi_ls.journal import Journal
from phi_ls.prompt import profiles

if TYPE_CHECKING:
    import argparse

    from phi_ls.catalog import LocalModel, State
    from phi_ls.catalog.receipt import Receipt

PLAIN_SECONDS = 5.0
"""How often progress is told where no line can be rewritten."""


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the store."""
    jobs = {"list": _list, "pull": _pull, "verify": _verify, "import": _import, "remove": _remove}
    return jobs[options.job](options)


def _list(options: argparse.Namespace) -> int:
    found = local_models(read_catalog())
    if options.json:
        print_json([_record(local) for local in found])
        return 0
    rows = [
        (
            local.model.id,
            local.build.id,
            "/".join(local.build.backends),
            ("~" if "bytes" in local.build.unconfirmed else "") + gigabytes(local.build.size),
            local.model.licence,
            "here" if not local.missing else "-" if local.missing == ABSENT else local.missing,
        )
        for local in found
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row[:5], widths, strict=True)), row[5]]))
    return 0


def _pull(options: argparse.Namespace) -> int:
    local = build_to_pull(Assistant(settings_for(options)), options.id, options.build)
    if local.model.restricted and not options.accept_licence:
        raise UsageError(
            f"{local.model.id} comes under a licence that restricts its use ({local.model.licence}); "
            f"read it at {local.model.source}, then add --accept-licence"
        )
    meter = Meter(quiet=options.json)
    if options.events:
        leave_when_stdin_ends()
    listener, note = (tell_state, tell_step) if options.events else (meter, meter.note)
    journal = Journal.from_environment()
    with meter:
        receipt = pull_build(local, journal, listener=listener, waits=lambda: note("another phi-ls pulls it; waiting"))
    if options.events:
        tell_done(dataclasses.asdict(receipt))
    elif options.json:
        print_json(dataclasses.asdict(receipt))
    else:
        print(f"{receipt.model} {receipt.build} is here: {_count(receipt)}, verified, in {local.folder}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    here = [local for local in _of(options.id) if not local.missing] if options.id else _present()
    if not here:
        raise ModelNotFound(f"wanted a model that is here, found none of {options.id or 'any'}; pull or import it")
    damaged = False
    records = []
    for local in here:
        meter = Meter(quiet=options.json)
        with meter:
            findings = check_build(local, meter)
        wrong = [finding for finding in findings if finding.wrong]
        damaged = damaged or bool(wrong)
        records.append({**_record(local), "damaged": [dataclasses.asdict(finding) for finding in wrong]})
        if not options.json:
            said = "; ".join(f"{finding.file}: {finding.wrong}" for finding in wrong) or "every file is as it should be"
            print(f"{local.model.id} {local.build.id}: {said}")
    if options.json:
        print_json(records)
    return 1 if damaged else 0


def _import(options: argparse.Namespace) -> int:
    path = Path(options.path).expanduser()
    if options.profile and options.profile not in (names := [one.name for one in profiles()]):
        raise UsageError(f"wanted a prompt profile ({', '.join(names)}), found {options.profile!r}")
    meter = Meter(quiet=options.json)
    with meter:
        receipt = import_model(path, id_=options.id or "", profile=options.profile or "", listener=meter)
    if options.json:
        print_json(dataclasses.asdict(receipt))
    else:
        print(f"{receipt.model} {receipt.build} is here: {_count(receipt)}; --model {receipt.model} takes it")
    return 0


def _remove(options: argparse.Namespace) -> int:
    chosen = [local for local in _of(options.id) if options.build in (None, local.build.id)]
    present = [local for local in chosen if local.model.starter or local.missing != ABSENT]
    if not present:
        raise ModelNotFound(f"wanted a build of {options.id} that is here, found none; see `phi-ls models list`")
    for local in present:
        freed = remove_build(local)
        if not options.json:
            print(f"{local.model.id} {local.build.id}: removed, {gigabytes(freed)} are free again")
    if options.json:
        gone = {"here": False, "missing": ABSENT}
        print_json([{**_record(local), **gone} for local in present])
    return 0


def _count(receipt: Receipt) -> str:
    return "1 file" if len(receipt.files) == 1 else f"{len(receipt.files)} files"


def _of(id_: str) -> list[LocalModel]:
    known = local_models(read_catalog())
    found = [local for local in known if local.model.id == id_]
    if not found:
        ids = ", ".join(dict.fromkeys(local.model.id for local in known))
        raise ModelNotFound(f"wanted a model id ({ids}), found {id_!r}")
    return found


def _present() -> list[LocalModel]:
    return [local for local in local_models(read_catalog()) if not local.missing]


def _record(local: LocalModel) -> dict[str, object]:
    receipt = read_receipt(local.folder)
    return {
        "model": local.model.id,
        "build": local.build.id,
        "title": local.model.title,
        "backends": list(local.build.backends),
        "precision": local.build.precision,
        "bytes": local.build.size,
        "licence": local.model.licence,
        "restricted": local.model.restricted,
        "here": not local.missing,
        "missing": local.missing,
        "folder": str(local.folder),
        "revision": receipt.revision if receipt else local.build.revision,
        "unconfirmed": [*local.model.unconfirmed, *(() if receipt else local.build.unconfirmed)],
    }


class Meter:
    """Progress for people on stderr: one line that is rewritten on a terminal, a line now and then elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._rewrites = sys.stderr.isatty()
        self._said = ""
        self._last = 0.0
        self._doing = ("", "")

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        if self._said and self._rewrites:
            sys.stderr.write("\n")

    def __call__(self, state: State) -> None:
        """Show a state of the job."""
        new = (state.doing, state.file) != self._doing
        if self._quiet or (not self._rewrites and not new and time.monotonic() - self._last < PLAIN_SECONDS):
            return
        self._last, self._doing = time.monotonic(), (state.doing, state.file)
        share = min(100.0, 100 * state.done / state.total) if state.total else 100.0
        line = f"{share:3.0f} %  {state.doing} {state.file}"
        if state.rate:
            line += f"  {state.rate / 1e6:.1f} MB/s"
        if state.left is not None:
            line += f", {duration(state.left)} left"
        self.note(line)

    def note(self, line: str) -> None:
        """Show a line as it is."""
        if self._quiet:
            return
        if self._rewrites:
            sys.stderr.write("\r" + line.ljust(len(self._said)))
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()
        self._said = line
