"""Order of work by the rulebook's principles: all rows that fit are added up, each with its reason (row C08)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..rulebook.compiled import Book
from .conditions import View, holds
from .picture import Picture


def marks(book: Book, picture: Picture, at: datetime) -> list[dict[str, Any]]:
    """The reasons that hold, heaviest first: score, mark, badge text and sentence in both languages."""
    view = View(book, picture, at, picture.main)
    rows = sorted((row for row in book.priority if holds(row.when, view)), key=lambda row: -row.score)
    return [
        {
            "score": row.score,
            "mark": row.mark,
            "short": row.short.zh if row.short else "",
            "short_en": row.short.en if row.short else "",
            "because": row.because.zh,
            "because_en": row.because.en,
        }
        for row in rows
    ]
