"""The event log for process mining, as XES, OCEL 2.0 and CSV (row I05): written as it is read, whatever its size."""

from .cases import Case, Happening, Log, Piece
from .formats import FORMATS, Format

__all__ = ["FORMATS", "Case", "Format", "Happening", "Log", "Piece"]
