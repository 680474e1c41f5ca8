"""Every setting, declared once: name, type, default, help, bounds, scope.

package.json, the JSON schema and the table in the README are generated from here (`phi_ls.settings.schema`), and a
test fails when they drift. A bad value costs one message and leaves the default (`phi_ls.settings.resolve`).
"""

from phi_ls.settings.declare import Scope, setting
from phi_ls.settings.definitions import (
    BackendName,
    HoverMode,
    HoverSettings,
    InlineCompletionSettings,
    LogLevel,
    Multiline,
    Settings,
)
from phi_ls.settings.resolve import resolve

__all__ = [
    "BackendName",
    "HoverMode",
    "HoverSettings",
    "InlineCompletionSettings",
    "LogLevel",
    "Multiline",
    "Scope",
    "Settings",
    "resolve",
    "setting",
]
