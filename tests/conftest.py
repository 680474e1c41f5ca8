"""What all tests share: a home of their own, and the slow ones last."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A busy machine is no reason to fail: no test is judged by its time.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Children of a run that a script has started in the background would ignore the interrupts that they are sent.
signal.signal(signal.SIGINT, signal.default_int_handler)

DATA = Path(__file__).parent / "data"
"""What others made and our tests read; each folder says where it is from."""


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """Finds a folder of the test data."""
    return lambda name: DATA / name


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder below which phi-ls keeps everything during the test run."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session", autouse=True)
def _own_home(home: Path) -> Iterator[None]:
    """No test reads or writes the user's own settings, caches and logs."""
    before = {name: os.environ.get(name) for name in ("PHI_LS_HOME", "PHI_LS_JOURNAL")}
    os.environ["PHI_LS_HOME"] = str(home)
    os.environ.pop("PHI_LS_JOURNAL", None)
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@pytest.fixture
def update_golden() -> bool:
    """Whether golden files are to be rewritten instead of compared."""
    return os.environ.get("PHI_LS_UPDATE") == "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Cheap tests first: a plain mistake is seen before any process is started."""
    items.sort(key=lambda item: ("engine" in item.keywords) + 2 * ("e2e" in item.keywords))
