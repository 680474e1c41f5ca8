"""The same over the wire with a real engine and the model that ships with phi-ls."""

from __future__ import annotations

import ast
import importlib.util
from typing import TYPE_CHECKING

import pytest

from e2e.raw_client import at, wait_for_event
from phi_ls.paths import bundled

if TYPE_CHECKING:
    from collections.abc import Callable

    from e2e.conftest import Editor

URI = "file:///project/shapes.py"
BEFORE = "def area(width, height):\n    return "
CASES = [
    pytest.param("cpu", "onnxruntime_genai", "onnx-int8", id="onnx"),
    pytest.param("gguf", "llama_cpp", "", id="gguf"),
]


@pytest.mark.engine
@pytest.mark.parametrize(("backend", "package", "folder"), CASES)
def test_the_starter_model_completes_and_explains(
    start: Callable[..., Editor], backend: str, package: str, folder: str
) -> None:
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    if not (bundled("models") / "starter" / folder).exists():
        pytest.skip("the starter model is not in this checkout")
    editor = start()
    editor.begin(initializationOptions={"backend": backend, "inlineCompletion": {"debounceMs": 0}})
    status = editor.notification("phi/status", state="ready")
    assert (status["backend"], status["starter"]) == (backend, True)
    editor.open(URI, BEFORE + "\n\n\nprint(area(2, 3))\n")
    answer = editor.answer(editor.inline(URI, 1, 11))["result"]
    for item in answer["items"]:
        ast.parse(BEFORE + item["insertText"] + "\n\n\nprint(area(2, 3))\n")
    event = wait_for_event(editor.journal, lambda e: e["event"] == "completion", "completion")
    assert event["new_tokens"] > 0
    assert event["shown_chars"] == sum(len(item["insertText"]) for item in answer["items"])
    name = {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}
    arguments = [{"uri": URI, "range": name}]
    result = editor.call("workspace/executeCommand", {"command": "phi.server.explain", "arguments": arguments}, 120)
    assert result["title"] == "Explanation of area"
    hover = editor.call("textDocument/hover", at(URI, 0, 5))["contents"]["value"]
    assert status["message"] in hover, "the explanation says which model wrote it"
    assert editor.leave() == 0
