"""Editors that run for all tests that leave them as they found them, and the table of what they can do."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from editors.editor import Editor, version
from editors.emacs import Eglot, LspMode
from editors.helix import Helix
from editors.neovim import Neovim, NeovimPopup
from editors.scenes import SCRIPT, SETTINGS
from editors.workplace import START_SECONDS, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EDITORS: tuple[type[Editor], ...] = (Neovim, NeovimPopup, Helix, Eglot, LspMode)
WHOLE_SECONDS = 300
"""More than the waits of any test that fails take together."""
_results = pytest.StashKey[dict[tuple[str, str], str]]()


@pytest.fixture(scope="session", params=EDITORS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest) -> type[Editor]:
    """Each editor in turn; skipped with the reason where it is absent."""
    found: type[Editor] = request.param
    if reason := found.missing():
        pytest.skip(reason)
    return found


@pytest.fixture
def launch(kind: type[Editor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Editor]]:
    """Starts an editor in a new workplace, waits until its worker is `ready`, and ends it with the test."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(_running(kind, tmp_path_factory, **more))


@pytest.fixture(scope="session")
def shared(kind: type[Editor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One editor for the tests that leave it running."""
    with _running(kind, tmp_path_factory) as editor:
        yield editor


@pytest.fixture(scope="session")
def sabotaged(kind: type[Editor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One editor whose server answers wrongly as the workplace's file `sabotage` says."""
    with _running(kind, tmp_path_factory, sabotage=True) as editor:
        yield editor


@contextmanager
def _running(
    kind: type[Editor], temporary: pytest.TempPathFactory, *, ready: str = "loaded", **more: Any
) -> Iterator[Editor]:
    folder = temporary.mktemp(kind.__name__.lower())
    editor = kind(Workplace(folder, **{"settings": SETTINGS, "script": SCRIPT, **more}))
    try:
        editor.start()
        editor.open(editor.work.file("first.py", "first = 1\n"))
        editor.work.event("worker", state=ready, seconds=START_SECONDS)
        yield editor
    finally:
        editor.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.editors)
            item.add_marker(pytest.mark.timeout(WHOLE_SECONDS))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Note what became of each feature of each editor."""
    report = yield
    feature = item.get_closest_marker("feature")
    if feature is not None and isinstance(item, pytest.Function) and (report.when == "call" or not report.passed):
        editor = item.callspec.params["kind"]
        said = dict(report.user_properties).get("result", "ok")
        result = "skipped" if report.skipped else said if report.passed else "FAILED"
        row = feature.args[0].format(**item.callspec.params)
        item.config.stash.setdefault(_results, {})[editor.name, row] = str(result)
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table: editor, version, feature, result."""
    results = config.stash.get(_results, {})
    if not results:
        return
    versions = {kind.name: version(kind) for kind in EDITORS}
    rows = [("editor", "version", "feature", "result")]
    rows += [(editor, versions[editor], feature, result) for (editor, feature), result in results.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    terminalreporter.section("editors")
    for row in rows:
        terminalreporter.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
