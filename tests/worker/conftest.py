"""The real engines, loaded once for each module of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from worker.engine_runs import MODELS, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phi_ls.worker.engine import Engine


@pytest.fixture(scope="module", params=MODELS.keys())
def loaded(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = load(str(request.param))
    yield engine
    engine.close()


@pytest.fixture
def engine(loaded: Engine) -> Engine:
    """A loaded engine with an empty cache."""
    loaded.interrupt(False)
    loaded.select(0)
    loaded.rewind(0)
    return loaded
