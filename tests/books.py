"""The project's rulebooks, loaded for a test."""

from datetime import UTC, datetime
from pathlib import Path

from tickets.actions.books import book_load
from tickets.models import RulebookVersion
from tickets.rulebook.source import flatten

BOOKS = Path(__file__).resolve().parent.parent / "tickets" / "rulebook" / "books"
IDS = tuple(sorted(path.stem for path in BOOKS.glob("*.toml") if not path.stem.startswith("shared-")))


def loaded(book: str) -> RulebookVersion:
    """The version of that rulebook; loaded on first use."""
    version = RulebookVersion.objects.filter(book=book).order_by("-version").first()
    return version or book_load(flat=flatten(BOOKS / f"{book}.toml"), actor=None, at=datetime(2020, 1, 1, tzinfo=UTC))
