"""The words for the values of dimensions: a unit's code and name, a person's, the titles of a rulebook's vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tickets.core.rules import step_title
from tickets.core.world import World
from tickets.rulebook.compiled import Book, Title
from tickets.rulebook.registry import book_of, current_books

from .access import Viewer
from .dimensions import DIMENSIONS
from .questions import BRANCH, PERSON, UNIT

# Words of the house itself, which no rulebook gives a title to.
HOUSE: Mapping[str, Mapping[str, Title]] = {
    "kind": {
        "complaint": Title("投诉", "Complaint"),
        "escalation": Title("升级投诉", "Escalation"),
        "appeal": Title("申诉", "Appeal"),
    },
    "end": {
        "closed": Title("已结案", "Closed"),
        "declined": Title("不予受理", "Not taken up"),
        "withdrawn": Title("撤诉", "Withdrawn"),
        "merged": Title("并单", "Merged"),
        "transferred": Title("移送", "Transferred"),
    },
    "alert_kind": {
        "warning": Title("预警", "Warning"),
        "overrun": Title("超时", "Overrun"),
        "reminder": Title("提醒", "Reminder"),
        "chase": Title("督办", "Chase"),
    },
}
NONE = Title("未填", "None")


class Labels:
    """Codes and titles of the values in one organisation. Its books are those in force: titles outlive versions."""

    def __init__(self, viewer: Viewer) -> None:
        self.world: World = viewer.world
        organisation = viewer.sight.organisation if viewer.sight is not None else None
        versions = current_books(viewer.at, organisation).values()
        self.books = [book_of(version.pk) for version in versions]

    def code(self, dimension: str, value: Any) -> str | None:
        """What stands for the value in an address: a unit's code, a user name, the word itself."""
        kind = DIMENSIONS[dimension].kind
        if kind in (UNIT, BRANCH):
            unit = self.world.units.get(value)
            return unit.code if unit else None
        if kind == PERSON:
            person = self.world.people.get(value)
            return person.username if person else None
        return None if value is None else str(value)

    def title(self, dimension: str, value: Any, language: str) -> str:
        """What a reader reads."""
        kind = DIMENSIONS[dimension].kind
        found: Title | None = None
        if kind in (UNIT, BRANCH):
            unit = self.world.units.get(value)
            found = Title(unit.name, unit.name_en) if unit else None
        elif kind == PERSON:
            person = self.world.people.get(value)
            found = Title(person.name) if person else None
        elif value:
            found = next(iter(self._titles(dimension, value)), Title(str(value)))
        return (found or NONE).say(language)

    def _titles(self, dimension: str, value: str) -> Iterable[Title]:
        if dimension in HOUSE and value in HOUSE[dimension]:
            yield HOUSE[dimension][value]
        if dimension == "hot_issue":
            yield _hot_issue(value)
        for book in self.books:
            yield from _in_book(book, dimension, value)


def _hot_issue(value: str) -> Title:
    """By its number: its words are read off the tickets that a reader may see, on its own page."""
    return Title(f"热点 {value}", f"Hot issue {value}")


def _in_book(book: Book, dimension: str, value: str) -> Iterable[Title]:
    if dimension == "step" and value in book.steps:
        yield step_title(book, value)
    elif dimension == "rulebook" and value == book.id:
        yield book.title
    elif dimension == "clock" and (value in book.clocks or value in book.steps):
        yield book.clocks[value].title if value in book.clocks else book.steps[value].title
    field = book.fields.get(dimension)
    if field is not None and value in field.choices:
        yield field.choices[value]
