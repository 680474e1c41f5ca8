"""Which models there are, where their files lie, and whether they are the right ones.

The catalogue is data: `models/*.toml`, one file per family, and the starter's `models/starter/model.toml`.
"""

from phi_ls.catalog.manifest import Build, Model, ModelFile, read_catalog
from phi_ls.catalog.store import LocalModel, local_models, model_at, unverified_hashes, verified

__all__ = [
    "Build",
    "LocalModel",
    "Model",
    "ModelFile",
    "local_models",
    "model_at",
    "read_catalog",
    "unverified_hashes",
    "verified",
]
