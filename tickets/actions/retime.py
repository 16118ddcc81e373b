"""Open tickets counted again: under a new version of their rulebook (row R02), or when a year's calendar is published
(row R04). It changes clocks only, never the past; a preview tells what would change before anything does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ..core.decide import recount
from ..core.outcome import Decision
from ..models import Clock, Organisation, Person, RulebookVersion, Ticket
from ..organisations import world_of
from ..rows import picture_of, with_picture
from ..rulebook.registry import book_of
from .outcome import Outcome
from .tickets import in_turn, ticket_read
from .write import write

RETIMED, PUBLISHED = "retimed", "calendar.published"
PAGE = 200


@dataclass(frozen=True, slots=True)
class Moved:
    """A deadline that moves."""

    number: str
    clock: str
    old_due_at: datetime | None
    new_due_at: datetime | None


def retime_preview(
    *, version: RulebookVersion, organisation: Organisation, at: datetime, among: QuerySet[Ticket] | None = None
) -> Iterator[Moved]:
    """What re-timing the open tickets of that rulebook would change. Nothing is written.

    `among`: only these are shown; every ticket is re-timed all the same.
    """
    book, world = book_of(version.pk), world_of(organisation.pk)
    tickets = _open_tickets(version, organisation)
    if among is not None:
        tickets = tickets.filter(pk__in=among.values("pk"))
    for ticket in with_picture(tickets).iterator(chunk_size=PAGE):
        picture = picture_of(ticket, book_of(ticket.rulebook_id))
        decision = recount(book, picture, event=RETIMED, world=world, at=at)
        yield from _moved(decision)


def retime_apply(*, version: RulebookVersion, organisation: Organisation, actor: Person, at: datetime) -> int:
    """Re-time the open tickets of that rulebook, each in a transaction of its own; how many changed."""
    tickets = _open_tickets(version, organisation).values_list("pk", flat=True)
    return sum(_retime_one(pk, version, actor, at) for pk in list(tickets))


def _open_tickets(version: RulebookVersion, organisation: Organisation) -> QuerySet[Ticket]:
    return Ticket.objects.filter(rulebook__book=version.book, organisation=organisation, ended_at=None).order_by("pk")


def _moved(decision: Decision | None) -> Iterator[Moved]:
    if decision is None:
        return
    before = {clock.id: clock.due_at for clock in decision.before.clocks}
    for clock in decision.after.clocks:
        if before[clock.id] != clock.due_at:
            yield Moved(decision.after.number, clock.name, before[clock.id], clock.due_at)


def _retime_one(ticket_id: int, version: RulebookVersion, actor: Person, at: datetime) -> bool:
    def once() -> bool:
        found = ticket_read(ticket_id)
        if not found.picture.is_open:
            return False
        decision = recount(book_of(version.pk), found.picture, event=RETIMED, world=found.world, at=at)
        if decision is None:
            return False
        decision.data["version"] = version.version
        return _written(found, decision, actor, at)

    return in_turn(once)


def _written(found: Outcome, decision: Decision, actor: Person | None, at: datetime) -> bool:
    decision.data["moved"] = [
        {"clock": one.clock, "from": str(one.old_due_at), "to": str(one.new_due_at)} for one in _moved(decision)
    ]
    write(found.ticket, decision, book=found.book, world=found.world, actor=actor.pk if actor else None, at=at)
    return True


def provisional_recount(*, at: datetime) -> int:
    """Count provisional deadlines again with the calendars published by now; how many tickets changed.

    May run at any time and twice: a deadline whose year is still unpublished comes out the same.
    """
    clocks = Clock.objects.filter(provisional=True, stopped_at=None, ticket__ended_at=None)
    tickets = clocks.order_by("ticket_id").values_list("ticket_id", flat=True).distinct()
    return sum(_recount_one(pk, at) for pk in list(tickets))


def _recount_one(ticket_id: int, at: datetime) -> bool:
    def once() -> bool:
        found = ticket_read(ticket_id)
        decision = recount(found.book, found.picture, event=PUBLISHED, world=found.world, at=at, provisional_only=True)
        return decision is not None and _written(found, decision, None, at)

    return in_turn(once)
