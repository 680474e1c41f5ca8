"""What machine this is. Probes never import an engine and never raise; each fact says how it is known."""

from phi_ls.hardware.ask import NoAnswer, ask
from phi_ls.hardware.power import on_mains
from phi_ls.hardware.probe import probe
from phi_ls.hardware.report import Gpu, HardwareReport

__all__ = ["Gpu", "HardwareReport", "NoAnswer", "ask", "on_mains", "probe"]
