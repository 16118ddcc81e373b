"""The proof of a rulebook (§11.10): one module per proof, pure functions on a `Book`."""

from __future__ import annotations

from tickets.rulebook.check.report import Report, check, prove

__all__ = ["Report", "check", "prove"]
