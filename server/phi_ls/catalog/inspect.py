"""What can be told of a model file or folder of the user's own: its shape, its safe context, its prompt profile.

Facts that are not in the file have cautious values: no KV size, the 2047 tokens that every Phi-3 computes rightly.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from phi_ls.catalog.gguf import read_head
from phi_ls.catalog.hashing import is_pointer
from phi_ls.catalog.manifest import Build, Model
from phi_ls.errors import CatalogError, ModelNotFound

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = "genai_config.json"
SAFE_TOKENS = 2047
LONG_ROPE_TOKENS = 4096
FILL_IN_PROFILES = (
    # The control token that tells the family, and the profile that speaks it.
    ("<|fim_prefix|>", "<|repo_name|>", "fim-qwen"),
    ("<|fim_prefix|>", "<|file_separator|>", "fim-codegemma"),
    ("<fim_prefix>", "<fim_pad>", "fim-starcoder"),
    ("<\uff5cfim\u2581begin\uff5c>", "<\uff5cfim\u2581hole\uff5c>", "fim-deepseek"),
)
END_TOKENS = {
    "phi3": ("<|end|>", "<|endoftext|>", "<|assistant|>"),
    "phi4": ("<|end|>", "<|endoftext|>"),
    "fim-qwen": ("<|endoftext|>", "<|im_end|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"),
    "fim-codegemma": ("<eos>", "<|file_separator|>"),
    "fim-starcoder": ("<|endoftext|>", "<file_sep>", "<fim_pad>"),
    "fim-deepseek": ("<\uff5cend\u2581of\u2581sentence\uff5c>",),
}
"""Beside those that the files name themselves; early conversions of Phi-3 name the wrong ones."""
PROVIDERS = ("cpu", "cuda", "directml")
_ID = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?")


def inspect_model(path: Path, *, id_: str = "", profile: str = "") -> Model:
    """The model at a path, with one build named "local". Raises `ModelNotFound` or `CatalogError`."""
    if id_ and not _ID.fullmatch(id_):  # it becomes the name of a folder
        such = model_id(id_)[:80]
        raise CatalogError(f"wanted an id of letters, digits, and . - _ between them, as in {such!r}, found {id_!r}")
    if path.is_file() and path.suffix.lower() == ".gguf":
        _refuse_pointers([path])
        return _of_gguf(path, id_ or model_id(path.stem), profile)
    if (path / CONFIG).is_file():
        files = [file for file in path.iterdir() if file.is_file()]
        _refuse_pointers(files)
        return _of_genai(path, files, id_ or model_id(path.name), profile)
    found = f"found {path}" if path.exists() else f"found nothing at {path}"
    raise ModelNotFound(
        f"wanted a .gguf file or a folder with {CONFIG}, {found}; see `phi-ls models list` for the models that are here"
    )


def model_id(name: str) -> str:
    """A name as an id: lower case, digits and single hyphens."""
    return re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.") or "model"


def _of_gguf(path: Path, id_: str, profile: str) -> Model:
    head = read_head(path)
    family = str(head.get("general.architecture", ""))

    def number(name: str, otherwise: int = 0) -> int:
        value = head.get(f"{family}.{name}")
        return value if isinstance(value, int) else otherwise

    heads = number("attention.head_count")
    trained = number("context_length", SAFE_TOKENS)
    window = number("attention.sliding_window")
    tokens = frozenset(head.get("tokenizer.ggml.tokens") or ())
    build = Build("local", ("gguf",), "llama_cpp", "as it is", path.name, (), path.stat().st_size, 2)
    return _model(
        id_,
        build,
        title=str(head.get("general.name", "") or path.name),
        licence=str(head.get("general.license", "unknown")),
        profile=profile or profile_of(tokens),
        layers=number("block_count"),
        kv_heads=number("attention.head_count_kv", heads),
        head_size=number("attention.key_length", number("embedding_length") // heads if heads else 0),
        trained_context=trained,
        safe_context=_safe(family, trained, window, long_rope=number("rope.scaling.original_context_length")),
    )


def _of_genai(path: Path, files: list[Path], id_: str, profile: str) -> Model:
    try:
        config: dict[str, Any] = json.loads((path / CONFIG).read_bytes())["model"]
        decoder: dict[str, Any] = config["decoder"]
        trained = int(config["context_length"])
        shape = [int(decoder.get(key, 0)) for key in ("num_hidden_layers", "num_key_value_heads", "head_size")]
        window = int((decoder.get("sliding_window") or {}).get("window_size", 0))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise CatalogError(f"{path}: wanted a model's {CONFIG}, found {found}") from error
    build = Build("local", PROVIDERS, "onnx_genai", "as it is", "", (), sum(file.stat().st_size for file in files), 4)
    return _model(
        id_,
        build,
        title=path.name,
        licence="unknown",
        profile=profile or profile_of(_added_tokens(path / "tokenizer.json")),
        layers=shape[0],
        kv_heads=shape[1],
        head_size=shape[2],
        trained_context=trained,
        safe_context=_safe(str(config.get("type", "")), trained, window, long_rope=0),
    )


def profile_of(tokens: frozenset[str]) -> str:
    """The prompt profile for a vocabulary: native fill-in-the-middle where it has the tokens, else Phi's chat."""
    for prefix, mark, profile in FILL_IN_PROFILES:
        if prefix in tokens and mark in tokens:
            return profile
    if "<fim_prefix>" in tokens:
        return "fim-starcoder"
    if "<|end|>" in tokens and len(tokens) > 100_000:
        return "phi4"
    return "phi3"


def _safe(family: str, trained: int, window: int, *, long_rope: int) -> int:
    """The longest context that both engines compute rightly; see the catalogue's notes on Phi-3."""
    if not family.startswith("phi3"):
        return trained
    if long_rope or trained > LONG_ROPE_TOKENS:
        return min(trained, LONG_ROPE_TOKENS)
    return min(trained, window or SAFE_TOKENS)


def _model(id_: str, build: Build, **facts: Any) -> Model:  # noqa: ANN401 - the fields of a model
    return Model(id=id_, end_tokens=END_TOKENS.get(facts["profile"], ()), builds=(build,), **facts)


def _added_tokens(file: Path) -> frozenset[str]:
    try:
        spec = json.loads(file.read_bytes())
        added = [token["content"] for token in spec["added_tokens"]]
        return frozenset([*added, *spec["model"].get("vocab", ())])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogError(f"{file}: wanted a tokenizer, found {type(error).__name__}: {error}") from error


def _refuse_pointers(files: list[Path]) -> None:
    for file in files:
        if is_pointer(file):
            raise CatalogError(
                f"wanted a model file, found {file.name} as a pointer of git-lfs; run `git lfs pull` in its repository"
            )
