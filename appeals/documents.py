"""Which documents an appeal needs before it may be archived, and which of them are there (row A06).

The list is nobody's own: it is what the rulebook's archiving asks for, so the page and the refusal can't differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tickets.core.conditions import View, has_value, test_holds
from tickets.core.picture import Picture
from tickets.rulebook.compiled import Action, AnyOf, Book, Condition, End, Has, OneOf, Test

ARCHIVE = "archive"  # a stage (domain §1.4)


@dataclass(frozen=True, slots=True)
class Document:
    """`field` is that of the rulebook, `value` the id of the attachment, or a text; nothing where it is missing."""

    field: str
    needed: bool
    value: str

    @property
    def is_there(self) -> bool:
        return bool(self.value)


def documents_of(book: Book, picture: Picture, at: datetime) -> list[Document]:
    """What archiving needs, in the rulebook's order, then every other file that was given."""
    needed = list(dict.fromkeys(_needed(book, View(book, picture, at))))
    given = [name for name, one in book.fields.items() if one.type == "file" and has_value(picture.facts.get(name))]
    others = [name for name in given if name not in needed]
    return [Document(name, name in needed, _value(picture, name)) for name in (*needed, *others)]


def missing_of(documents: list[Document]) -> list[str]:
    return [one.field for one in documents if one.needed and not one.is_there]


def _value(picture: Picture, name: str) -> str:
    value = picture.facts.get(name)
    return str(value) if has_value(value) else ""


def _needed(book: Book, view: View) -> Iterator[str]:
    for action in book.actions.values():
        if _archives(book, action):
            yield from _fields(action.when, view)


def _archives(book: Book, action: Action) -> bool:
    from_archive = any(book.steps[kind].stage == ARCHIVE for kind in action.from_steps)
    return from_archive and any(isinstance(effect, End) for effect in action.then)


def _fields(condition: Condition, view: View) -> Iterator[str]:
    for test in condition.tests:
        if isinstance(test, Has):
            yield from test.fields
        elif isinstance(test, AnyOf):
            yield from _fields(_option(test, view), view)


def _option(test: AnyOf, view: View) -> Condition:
    """The way that is open to this appeal: of those that hold the one that lacks least; while the facts that decide
    are not known (the finding), of those that may hold the one that asks for most."""
    sure = [one for one in test.options if all(_holds(part, view) for part in one.tests)]
    if sure:
        return min(sure, key=lambda one: sum(not _is_there(name, view) for name in _fields(one, view)))
    open_ways = [one for one in test.options if all(_may_hold(part, view) for part in one.tests)]
    return max(open_ways or test.options, key=lambda one: len(list(_fields(one, view))))


def _holds(test: Test, view: View) -> bool:
    return isinstance(test, Has | AnyOf) or test_holds(test, view)


def _may_hold(test: Test, view: View) -> bool:
    unknown = isinstance(test, OneOf) and view.fact(test.fact) is None
    return unknown or _holds(test, view)


def _is_there(name: str, view: View) -> bool:
    return has_value(view.fact(name))
