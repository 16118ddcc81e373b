"""What rooms above the engine keep beside a ticket, written in the transaction of the action itself (`[records]`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.conditions import View, has_value, holds
from ..core.outcome import Decision
from ..core.picture import Picture
from ..core.sentences import Invalid
from ..core.world import World
from ..models import Person, Ticket
from ..rulebook.compiled import Book, Record
from ..rulebook.keepers import followers, keeper_of


@dataclass(frozen=True, slots=True)
class Kept:
    """One record to be kept. `values` are those of the ticket after the action, `given` those of this action alone;
    both by the record's own words. `actor` is None where the ticket comes from an import."""

    record: Record
    ticket: Ticket
    book: Book
    picture: Picture
    event: str  # the action
    values: Mapping[str, Any]
    given: Mapping[str, Any]
    actor: Person | None
    world: World
    at: datetime

    def wrong(self, word: str, zh: str, en: str) -> Invalid:
        """A refusal (422) that names the field from which the word came."""
        error = Invalid()
        error.add(next(iter(self.record.keep.get(word, ())), word), zh, en)
        return error


def keep_records(
    ticket: Ticket, decision: Decision, *, book: Book, world: World, actor: Person | None, at: datetime
) -> None:
    """Keep what the rulebook's records of this action ask for. Raises what a keeper refuses with."""
    follow_up(ticket, decision, book=book, world=world, at=at)
    if not book.records:
        return
    given = {**decision.data.get("given", {}), **decision.private}
    keep_for(ticket, decision.after, decision.event, given, book=book, world=world, actor=actor, at=at)


def follow_up(ticket: Ticket, decision: Decision, *, book: Book, world: World, at: datetime) -> None:
    """What rooms above the engine make of any change of a ticket, in its transaction."""
    for follow in followers():
        follow(ticket, decision, book=book, world=world, at=at)


def keep_for(
    ticket: Ticket,
    picture: Picture,
    event: str,
    given: Mapping[str, Any],
    *,
    book: Book,
    world: World,
    actor: Person | None,
    at: datetime,
) -> None:
    for record in book.records.values():
        keeper = keeper_of(record.name)
        if keeper is None or event not in record.on or not holds(record.when, View(book, picture, at)):
            continue
        values, said = _by_words(record, picture.facts), _by_words(record, given)
        keeper.keep(Kept(record, ticket, book, picture, event, values, said, actor, world, at))


def _by_words(record: Record, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of several fields of a word the first that has a value."""
    found = {}
    for word, fields in record.keep.items():
        value = next((facts[name] for name in fields if has_value(facts.get(name))), None)
        if value is not None:
            found[word] = value
    return found
