"""Every setting, declared once: name, type, default, help, bounds, scope.

package.json, the JSON schema and the table in the README are generated from here (`phi_ls.settings.schema`), and a
test fails when they drift. A bad value costs one message and leaves the default (`phi_ls.settings.resolve`).
"""

from phi_ls.settings.declare import Scope, setting
from phi_ls.settings.definitions import (
    BackendName,
    ConfirmEdits,
    HoverMode,
    HoverSettings,
    InlineCompletionSettings,
    LogLevel,
    Multiline,
    RemoteApi,
    RemoteSettings,
    Settings,
    Unasked,
)
from phi_ls.settings.own_actions import OwnAction, OwnResult
from phi_ls.settings.resolve import resolve

__all__ = [
    "BackendName",
    "ConfirmEdits",
    "HoverMode",
    "HoverSettings",
    "InlineCompletionSettings",
    "LogLevel",
    "Multiline",
    "OwnAction",
    "OwnResult",
    "RemoteApi",
    "RemoteSettings",
    "Scope",
    "Settings",
    "Unasked",
    "resolve",
    "setting",
]
