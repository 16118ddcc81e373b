"""The tables of the watch."""

from .alert import Alert
from .pulse import Pulse, SetAside

__all__ = ["Alert", "Pulse", "SetAside"]
