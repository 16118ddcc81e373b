"""The tables of the watch."""

from .alert import Alert

__all__ = ["Alert"]
