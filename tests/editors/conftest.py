"""Editors that run for all tests that leave them as they found them, and the table of what they can do."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from e2e.raw_client import framed
from editors.emacs import Eglot, LspMode
from editors.helix import Helix
from editors.neovim import Neovim, NeovimPopup
from editors.scenes import SCRIPT, SETTINGS
from editors.toolbox import version
from editors.workplace import PYTHON, START_SECONDS, Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from editors.editor import Editor

EDITORS: tuple[type[Editor], ...] = (Neovim, NeovimPopup, Helix, Eglot, LspMode)
WHOLE_SECONDS = 300
"""More than the waits of any test that fails take together."""
SABOTAGE = os.environ.get("PHI_LS_EDITORS_SABOTAGE", "")
"""A kind of sabotaged.py for the whole run, which then has only the features that such answers concern, and fails."""
SABOTAGED = ("completion, accept, undo in one step", "nothing to offer", "hover")
HELLO_AND_GOODBYE: tuple[dict[str, Any], ...] = (
    {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
    {"id": 2, "method": "shutdown"},
    {"method": "exit"},
)
_results = pytest.StashKey[dict[tuple[str, str], str]]()


@pytest.fixture(scope="session")
def _serves() -> None:
    """A server that does not even start is named once, in its own words, instead of by the silence of every editor."""
    said = b"".join(framed({"jsonrpc": "2.0", **message}) for message in HELLO_AND_GOODBYE)
    command = [PYTHON, "-m", "phi_ls", "serve"]
    done = subprocess.run(command, input=said, capture_output=True, timeout=START_SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.fixture(scope="session", params=EDITORS, ids=lambda kind: kind.__name__)
def kind(request: pytest.FixtureRequest, _serves: None) -> type[Editor]:
    """Each editor in turn; where it is absent skipped with the reason, or failed with it where all are required."""
    found: type[Editor] = request.param
    if reason := found.missing():
        (pytest.fail if os.environ.get("E2E_REQUIRED") == "1" else pytest.skip)(reason)
    return found


@pytest.fixture
def launch(kind: type[Editor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Editor]]:
    """Starts an editor in a new workplace, waits until its worker is `ready`, and ends it with the test."""
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(_running(kind, tmp_path_factory, **more))


@pytest.fixture(scope="session")
def shared(kind: type[Editor], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One editor for the tests that leave it running."""
    with _running(kind, tmp_path_factory, sabotage=bool(SABOTAGE)) as editor:
        editor.work.sabotage(SABOTAGE)
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if SABOTAGE:
        spared = [item for item in items if not _is_sabotaged(item)]
        config.hook.pytest_deselected(items=spared)
        items[:] = [item for item in items if item not in spared]
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.editors)
            item.add_marker(pytest.mark.timeout(WHOLE_SECONDS))


def _is_sabotaged(item: pytest.Item) -> bool:
    feature = item.get_closest_marker("feature")
    return feature is not None and feature.args[0] in SABOTAGED


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
    versions = {kind.name: version(kind.version_of) for kind in EDITORS}
    rows = [("editor", "version", "feature", "result")]
    rows += [(editor, versions[editor], feature, result) for (editor, feature), result in results.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    terminalreporter.section("editors")
    for row in rows:
        terminalreporter.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
