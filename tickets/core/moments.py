"""Which moments of a clock only tell people, and which change the ticket. The watch and a replay ask the same."""

from __future__ import annotations

from ..rulebook.compiled import Book, Effect, Moment, OneOf, Tell, Threshold
from .tells import SENDER

DUE = "due"


def only_tells(book: Book, clock: str, moment: Moment) -> bool:
    """Nothing of it touches the ticket, and what it tells can be known from the ticket's own row."""
    if not moment.tells_only or (moment.key == DUE and f"{clock}.{DUE}" in triggers(book)):
        return False
    return all(_plain(effect) for effect in moment.then)


def _plain(effect: Effect) -> bool:
    if not isinstance(effect, Tell) or SENDER in effect.to:
        return False
    return all(isinstance(test, OneOf | Threshold) for test in effect.when.tests)


def triggers(book: Book) -> frozenset[str]:
    """The expiries that start, stop or resume another clock."""
    named = (name for clock in book.clocks.values() for name in clock.starts | clock.stops | clock.resumes)
    return frozenset(name for name in named if name.endswith(f".{DUE}"))


def kind_of(moment: Moment) -> str:
    """What the alert of a moment is: `warning`, `overrun` or `reminder`."""
    if moment.percent is not None:
        return "warning"
    return "reminder" if moment.every_seconds is not None else "overrun"
