"""Which models there are, where their files lie, and whether they are the right ones.

The catalogue is data: `models/*.toml`, one file per family, and the starter's `models/starter/model.toml`. The store
holds what was pulled or imported; only `phi_ls.catalog.hub` ever opens a connection, and only for a pull.
"""

from phi_ls.catalog.care import Finding, check_build, remove_build
from phi_ls.catalog.imports import import_model
from phi_ls.catalog.manifest import Build, Model, ModelFile, read_catalog
from phi_ls.catalog.progress import State
from phi_ls.catalog.pull import pull
from phi_ls.catalog.receipt import Receipt, read_receipt
from phi_ls.catalog.store import (
    ABSENT,
    LocalModel,
    local_models,
    model_at,
    unfinished_bytes,
    unverified_hashes,
    verified,
)

__all__ = [
    "ABSENT",
    "Build",
    "Finding",
    "LocalModel",
    "Model",
    "ModelFile",
    "Receipt",
    "State",
    "check_build",
    "import_model",
    "local_models",
    "model_at",
    "pull",
    "read_catalog",
    "read_receipt",
    "remove_build",
    "unfinished_bytes",
    "unverified_hashes",
    "verified",
]
