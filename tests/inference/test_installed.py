"""Which engines this interpreter has."""

import sys

from phi_ls.inference.installed import installed_engines


def test_engines_are_found_without_importing_them() -> None:
    before = {"onnxruntime_genai", "llama_cpp"} & set(sys.modules)
    found = installed_engines()
    assert set(found) <= {"cpu", "cuda", "directml", "gguf"}
    assert {"onnxruntime_genai", "llama_cpp"} & set(sys.modules) == before
