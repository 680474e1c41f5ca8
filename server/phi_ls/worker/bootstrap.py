"""Starts a worker with any interpreter, be phi-ls installed there or not: the package is taken from beside this file.

    PYTHON bootstrap.py            serve as a worker on stdin and stdout
    PYTHON bootstrap.py remote     the same, with an engine that is elsewhere
    PYTHON bootstrap.py devices    print the devices that this environment's llama.cpp lists, as JSON
    PYTHON bootstrap.py check ENGINE    import an engine and print what it is, as JSON

Only the package itself becomes importable, nothing of what stands beside it, so no two environments are ever mixed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Find the package, and do what was asked."""
    package = Path(__file__).resolve().parent.parent
    # The interpreter put this file's folder at the front, where `memory` or `parts` would be found as packages.
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != package / "worker"]
    if "phi_ls" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "phi_ls", package / "__init__.py", submodule_search_locations=[str(package)]
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"no phi_ls in {package}")
        module = importlib.util.module_from_spec(spec)
        sys.modules["phi_ls"] = module
        spec.loader.exec_module(module)
    if arguments == ["devices"]:
        from phi_ls.worker.devices import print_devices

        return print_devices()
    if arguments[:1] == ["check"]:
        from phi_ls.worker.check import print_engine

        return print_engine(arguments[1])
    if arguments == ["remote"]:
        from phi_ls.worker import remote

        return remote.run()
    from phi_ls.worker.main import run

    return run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
