"""Servers as processes, on the scripted engine."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from e2e.raw_client import RawClient

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WORDS = " + ".join(f"word{number}" for number in range(400))

SCRIPT: dict[str, Any] = {
    "token_ms": 30,
    "rules": [
        {"when": "You explain(.|\n)*slow_one", "text": WORDS},
        {"when": "You explain", "text": "It multiplies two numbers."},
        {"when": "You write documentation(.|\n)*slow_one", "text": WORDS},
        {"when": "You write documentation", "text": "Multiply the price by the count."},
        {"when": "crashing =", "text": WORDS, "fails": "crash", "after": 2},
        {"when": "endless =", "text": WORDS},
    ],
    "default": "price * count",
}
"""Answers of a few words come in a tenth of a second, one of many words takes seconds."""

OPTIONS = {"backend": "scripted", "inlineCompletion": {"debounceMs": 0, "lookup": False}}


class Editor(RawClient):
    """A raw client with a home, a journal and a script of its own."""

    def __init__(self, folder: Path, *, script: dict[str, Any] | None = None, **more: Any) -> None:
        self.home = folder / "home"
        self.journal = folder / "journal.jsonl"
        self.script = folder / "script.json"
        self.script.write_text(json.dumps(script or SCRIPT), encoding="utf-8")
        environment = {
            "PHI_LS_HOME": str(self.home),
            "PHI_LS_JOURNAL": str(self.journal),
            "PHI_LS_SCRIPT": str(self.script),
        }
        super().__init__(environment=environment, **more)

    def begin(self, capabilities: object = None, **params: object) -> dict[str, Any]:
        """Say hello with the scripted backend, and wait for it; returns the server's capabilities."""
        can = self.initialize(capabilities, **{"initializationOptions": OPTIONS, **params})
        self.ready()
        return can


@pytest.fixture(scope="module")
def shared_editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """One server for all tests of a module that leave it as they found it."""
    with Editor(tmp_path_factory.mktemp("editor")) as editor:
        editor.begin()
        yield editor
        assert editor.leave() == 0


@pytest.fixture
def editor(shared_editor: Editor) -> Editor:
    """The shared server, and no message of an earlier test."""
    assert shared_editor.process.poll() is None
    shared_editor.messages.clear()
    return shared_editor


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Editor]]:
    """Starts a server of the test's own."""
    with ExitStack() as stack:

        def start_one(**more: Any) -> Editor:
            return stack.enter_context(Editor(tmp_path_factory.mktemp("editor"), **more))

        yield start_one


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
