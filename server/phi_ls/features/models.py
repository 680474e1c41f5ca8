"""Which build of a model suits this machine, for those who are about to pull it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from phi_ls.catalog import local_models, read_catalog
from phi_ls.errors import ModelNotFound
from phi_ls.hardware import probe
from phi_ls.inference.installed import installed_engines
from phi_ls.inference.select import rank
from phi_ls.settings import BackendName

if TYPE_CHECKING:
    from phi_ls.catalog import LocalModel
    from phi_ls.features.assistant import Assistant


def build_to_pull(assistant: Assistant, model: str, build: str | None) -> LocalModel:
    """The build that was named, or the one that would be chosen if all of the model's builds were here.

    Raises `ModelNotFound` for an id that is not known, and where no build can run here.
    """
    known = local_models(read_catalog())
    mine = [local for local in known if local.model.id == model and build in (None, local.build.id)]
    if not mine:
        ids = ", ".join(dict.fromkeys(local.model.id for local in known))
        raise ModelNotFound(f"wanted a model id ({ids}) and one of its builds, found {model!r} {build or ''}".rstrip())
    if build is not None:
        return mine[0]
    as_if_here = [replace(local, missing="") for local in mine]
    settings = replace(assistant.settings, model=model, backend=_of_this_machine(assistant.settings.backend))
    candidates = rank(probe(), settings, as_if_here, installed_engines(), assistant.records.all())
    ready = next((candidate.local for candidate in candidates if candidate.state == "ready"), None)
    if ready is None:
        reasons = "; ".join(f"{c.backend}: {c.reason}" for c in candidates)
        raise ModelNotFound(
            f"no build of {model} would run here ({reasons}); name one with --build to pull it all the same"
        )
    return next(local for local in mine if local.build.id == ready.build.id)


def _of_this_machine(backend: BackendName) -> BackendName:
    """The backend that a model is pulled for; who uses none that loads models may want one for later."""
    return BackendName.AUTO if backend in (BackendName.REMOTE, BackendName.SCRIPTED) else backend
