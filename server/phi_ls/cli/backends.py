"""`phi-ls backends`: the environments in which backends run."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

from phi_ls.cli.events import leave_when_stdin_ends, tell_done, tell_step
from phi_ls.cli.main import print_json
from phi_ls.errors import UsageError
from phi_ls.hardware import probe
from phi_ls.inference.install import install, remove
from phi_ls.inference.installed import BACKENDS, backends_dir, installed_engines
from phi_ls.inference.packages import recipes
from phi_ls.journal import Journal

if TYPE_CHECKING:
    import argparse

    from phi_ls.hardware import HardwareReport
    from phi_ls.inference.installed import Installed


def run(options: argparse.Namespace) -> int:
    """Do what was asked of the environments."""
    return {"list": _list, "install": _install, "remove": _remove}[options.job](options)


def _list(options: argparse.Namespace) -> int:
    report, found = probe(), installed_engines()
    rows = [_row(name, report, found.get(name)) for name in BACKENDS]
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        print(f"{row['backend']:<9} {row['state']:<14} {row['what']}")
    return 0


def _install(options: argparse.Namespace) -> int:
    if options.events:
        leave_when_stdin_ends()
    found = install(
        recipes(options.name, probe(), flavour=options.flavour, built=options.build or options.flavour != "auto"),
        Journal.from_environment(),
        tell_step if options.events else lambda line: None if options.json else print(line, file=sys.stderr),
    )
    result = {"backend": options.name, **dataclasses.asdict(found)}
    if options.events:
        tell_done(result)
    elif options.json:
        print_json(result)
    else:
        print(f"{options.name} is installed: {found.title}, in {backends_dir() / options.name}")
    return 0


def _remove(options: argparse.Namespace) -> int:
    if options.name not in BACKENDS:
        raise UsageError(f"wanted a backend ({', '.join(BACKENDS)}), found {options.name!r}")
    if not remove(options.name):
        raise UsageError(
            f"wanted an installed backend, found no environment of {options.name}; see `phi-ls backends list`"
        )
    if options.json:
        print_json({"backend": options.name, "removed": True})
    else:
        print(f"{options.name} is removed")
    return 0


def _row(name: str, report: HardwareReport, found: Installed | None) -> dict[str, str]:
    if found is not None:
        place = "in an environment of its own" if found.python else "beside the server"
        devices = "".join(f", on {device.description}" for device in found.devices)
        return {"backend": name, "state": "installed", "what": f"{found.title}, {place}{devices}"}
    try:
        return {"backend": name, "state": "not installed", "what": recipes(name, report)[0].title}
    except UsageError as reason:
        return {"backend": name, "state": "not for here", "what": str(reason)}
