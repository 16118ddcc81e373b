"""The tables of the watch and of supervision."""

from .alert import Alert
from .major import MajorReceipt, MajorReport
from .pulse import Pulse, SetAside
from .wall import Wall

__all__ = ["Alert", "MajorReceipt", "MajorReport", "Pulse", "SetAside", "Wall"]
