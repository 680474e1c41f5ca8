"""Where the machine's power comes from; work that nobody waits for is left undone on a battery."""

from __future__ import annotations

import psutil


def on_mains() -> bool:
    """Whether the machine is plugged in; one without a battery, or that does not tell, is. Never raises."""
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, RuntimeError):  # not every system has this, and some have it broken
        return True
    return battery is None or battery.power_plugged is not False
