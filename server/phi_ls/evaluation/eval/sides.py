"""What is compared: a backend, a model or settings, as one word on the command line.

`cpu`, `gguf`, `starter`, `model=phi-3-mini-4k`, `inlineCompletion.lookup=false`, or several with commas.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from phi_ls.settings import BackendName


@dataclass(frozen=True)
class Side:
    """A name, and the layer of settings that it stands for. The name is "" when nothing is compared."""

    name: str = ""
    layer: tuple[tuple[str, Any], ...] = ()

    def settings_layer(self) -> dict[str, Any]:
        """What goes on top of the user's settings."""
        return dict(self.layer)


def side(text: str) -> Side:
    """Read a side. What is no setting is noticed when the settings are resolved."""
    backends = {name.value for name in BackendName}
    layer: list[tuple[str, Any]] = []
    for word in filter(None, map(str.strip, text.split(","))):
        key, equals, value = word.partition("=")
        if equals:
            layer.append((key, _value(value)))
        else:
            layer.append(("backend" if word in backends else "model", word))
    return Side(text, tuple(layer))


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
